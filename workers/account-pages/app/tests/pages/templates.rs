use std::collections::BTreeSet;
use std::fs;

use account_pages_app::views::samples;

use crate::html::Html;

/// Texts that people could have chosen.
const TEXTS: [&str; 7] = [
    "Ada Lovelace",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus='",
    "&lt;b&gt; &amp; {{ 7 * 7 }} {% if %}",
    "</textarea></title></main><!--",
    "\u{202e}drawkcab 名前 🙂\n\t.",
];

fn pages(text: &str) -> Vec<(String, Html)> {
    let page = |(name, html): (String, String)| {
        let html = Html::parse(&html).unwrap_or_else(|error| panic!("{name} with {text:?}: {error}"));
        (name, html)
    };
    samples(text).unwrap().into_iter().map(page).collect()
}

#[test]
fn every_page_has_samples() {
    let shown: BTreeSet<String> = samples("x")
        .unwrap()
        .into_iter()
        .map(|(name, _)| name.split('-').next().unwrap().to_owned())
        .collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/pages");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(shown, files);
}

#[test]
fn every_page_is_whole() {
    for (name, html) in pages("Ada Lovelace") {
        for single in ["title", "h1", "main", "header"] {
            assert_eq!(html.all(single).count(), 1, "{name}: {single}");
        }
        assert_eq!(html.all("html").next().unwrap().get("lang"), Some("en"), "{name}");
        for link in html.all("a") {
            let away = name.starts_with("leave-");
            let fits = |href: &str| {
                href.starts_with(['/', '#']) || (away && href.starts_with("https://idp.example/"))
            };
            assert!(link.get("href").is_some_and(fits), "{name}: {link:?}");
        }
        for image in html.all("img") {
            assert!(image.get("alt").is_some(), "{name}: {image:?}");
        }
    }
}

#[test]
fn every_id_is_unique_and_every_reference_has_one() {
    for (name, html) in pages("Ada Lovelace") {
        let ids: Vec<&str> = html.values("id").collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        let references = ["for", "aria-describedby", "aria-labelledby"];
        let named = references.iter().flat_map(|attribute| html.values(attribute));
        let linked = html.values("href").filter_map(|href| href.strip_prefix('#'));
        for id in named.flat_map(str::split_whitespace).chain(linked) {
            assert!(unique.contains(id), "{name}: nothing has the id {id}");
        }
    }
}

#[test]
fn every_field_is_labelled_and_says_what_belongs_in_it() {
    for (name, html) in pages("Ada Lovelace") {
        let labelled: BTreeSet<&str> = html.all("label").filter_map(|label| label.get("for")).collect();
        for input in html.all("input").filter(|input| input.get("type") != Some("hidden")) {
            assert!(input.get("id").is_some_and(|id| labelled.contains(id)), "{name}: {input:?}");
            let ticked = input.get("type") == Some("checkbox");
            assert!(ticked || input.get("autocomplete").is_some(), "{name}: {input:?}");
            let wrong = input.get("aria-invalid").is_some();
            let explained = input.get("aria-describedby").is_some_and(|ids| ids.contains("-error"));
            assert_eq!(wrong, explained, "{name}: {input:?}");
            if input.get("type") == Some("password") {
                assert_eq!(input.get("value"), None, "{name}");
            }
        }
        for form in html.all("form") {
            let searches = form.get("role") == Some("search");
            assert_eq!(form.get("method"), Some(if searches { "get" } else { "post" }), "{name}");
            assert!(form.get("action").is_some_and(|action| action.starts_with('/')), "{name}");
        }
    }
}

#[test]
fn nothing_is_inline() {
    for (name, html) in pages("Ada Lovelace") {
        assert_eq!(html.all("style").count(), 0, "{name}");
        for script in html.all("script") {
            assert!(script.get("src").is_some_and(|src| src.starts_with("/assets/")), "{name}");
        }
        for tag in &html.tags {
            for (attribute, _) in &tag.attributes {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name}: {tag:?}");
            }
        }
    }
}

#[test]
fn hostile_text_changes_no_page() {
    let long = "W".repeat(200);
    let expected = pages(TEXTS[0]);
    for text in TEXTS.iter().copied().chain([long.as_str()]) {
        for ((name, page), (_, calm)) in pages(text).iter().zip(&expected) {
            assert_eq!(page.skeleton(), calm.skeleton(), "{name} with {text:?}");
        }
    }
}

#[test]
fn hostile_text_is_shown_as_it_is() {
    for text in TEXTS {
        for (name, html) in pages(text).iter().filter(|(name, _)| name.starts_with("profile-")) {
            assert!(html.text.contains(text), "{name} with {text:?}");
            assert!(html.values("value").any(|value| value == text), "{name} with {text:?}");
        }
    }
}
