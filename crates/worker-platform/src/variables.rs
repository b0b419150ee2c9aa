use worker::Env;
use worker::js_sys::{JSON, Reflect};

/// Reads variables and secrets as text, for [`http_kit::Vars`].
///
/// JSON configuration lets a variable be `true` or `900` as well as `"true"` or `"900"`; they mean the same here, so that
/// no flag is off because of its quotes. Any other JSON comes as its text.
pub fn lookup(env: &Env) -> impl Fn(&str) -> Option<String> {
    move |name| {
        let value = Reflect::get(env, &name.into()).ok()?;
        if value.is_undefined() || value.is_null() {
            return None;
        }
        value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
    }
}
