//! Writes every sample of every page into a folder, to be looked at.
//!
//! `cargo run -p account-pages-app --example render -- FOLDER [TEXT]`; the text stands wherever people choose the words.
//!
//! The pages ask for their style sheet by an absolute path; in the folder they find a copy beside them.

use std::path::PathBuf;
use std::{env, error, fs};

use account_pages_app::views;

fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("name a folder")?);
    let assets = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../public/assets"));
    fs::create_dir_all(folder.join("assets"))?;
    for entry in fs::read_dir(assets)? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join("assets").join(entry.file_name()))?;
    }
    let text = env::args().nth(2);
    for (name, html) in views::samples(text.as_deref().unwrap_or("Ada Lovelace"))? {
        fs::write(folder.join(name).with_extension("html"), html.replace("\"/assets/", "\"assets/"))?;
    }
    Ok(())
}
