//! Every case, with the three workers in one process.

use e2e::cases;
use testkit::Native;

macro_rules! native {
    ($($group:ident::$case:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $case() {
            cases::$group::$case(&mut Native::new()).await;
        })+
    };
}

e2e::each_case!(native);
