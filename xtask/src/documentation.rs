//! What the documentation says is true as far as a machine can tell, checked by `cargo test`: every link leads somewhere, every
//! file that is named is there, every command and every request exists, every example has the form of its language.
//!
//! What a command does is shown where it is run: the chores in continuous integration, a deployment in its rehearsal, SQL in
//! `tests/e2e/src/cases/documentation.rs`. A program that nothing here knows is refused, so that no command goes unchecked.

mod commands;
mod pages;
mod requests;

use std::path::Path;
use std::process::Command;

use commands::{Workspace, wrangler_commands};
use pages::{Page, all, slugs};
use requests::Api;

fn root() -> std::path::PathBuf {
    crate::root()
}

/// Complaints, one a line, each with its page.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Not an address, and not the name of an item, which rustdoc checks.
fn is_a_file(link: &str) -> bool {
    !link.contains("::") && !link.contains("://") && !link.starts_with("mailto:")
}

#[test]
fn every_link_leads_somewhere() {
    let pages = all();
    let mut complaints = Vec::new();
    for page in &pages {
        for link in page.links.iter().filter(|link| is_a_file(link)) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { root().join(&page.path) } else { page.folder().join(path) };
            if !target.exists() {
                complaints.push(format!("{}: {link} is not there", page.path));
            } else if !anchor.is_empty() {
                let text = std::fs::read_to_string(&target).unwrap_or_default();
                if !slugs(&text).contains(&anchor.to_owned()) {
                    complaints.push(format!("{}: {link} has no such heading", page.path));
                }
            }
        }
    }
    assert!(pages.iter().map(|page| page.links.len()).sum::<usize>() > 50);
    none(&complaints);
}

/// `examples/blog` is compiled and linted, and its manifest is read by wrangler and the command line: so is what the guide shows.
#[test]
fn guide_to_the_guard_shows_the_files_of_its_example() {
    let pages = all();
    let blocks = |path: &str| &pages.iter().find(|page| page.path == path).unwrap().blocks;
    let file = |name: &str| std::fs::read_to_string(root().join("examples/blog").join(name)).unwrap();
    let source = file("src/lib.rs");
    // The first line says what the file is for.
    let shown = source.split_once("\n\n").unwrap().1;
    for text in [shown, &file("wrangler.jsonc"), &file("manifest.json")] {
        assert!(
            blocks("docs/GUARD.md").iter().any(|block| block.text == text),
            "docs/GUARD.md lacks\n{text}"
        );
    }
    let excerpt = blocks("README.md").iter().find(|block| block.language == "rust").unwrap();
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        lines.map(str::to_owned).collect()
    };
    let strange: Vec<String> =
        lines(&excerpt.text).into_iter().filter(|line| !lines(shown).contains(line)).collect();
    assert!(strange.is_empty(), "README.md has lines that are not in examples/blog: {strange:#?}");
}

#[test]
fn every_page_is_reached_from_the_readme() {
    let pages = all();
    let mut reached = vec!["README.md".to_owned()];
    let mut next = 0;
    while let Some(page) = reached.get(next).and_then(|path| pages.iter().find(|page| page.path == *path)) {
        next += 1;
        for link in &page.links {
            let path = link.split('#').next().unwrap_or_default();
            let Ok(target) = page.folder().join(path).canonicalize() else { continue };
            // A folder shows its README.
            let target = if target.is_dir() { target.join("README.md") } else { target };
            let Ok(path) = target.strip_prefix(root()) else { continue };
            let path = path.to_string_lossy().into_owned();
            if pages.iter().any(|page| page.path == path) && !reached.contains(&path) {
                reached.push(path);
            }
        }
    }
    let lost: Vec<String> = pages
        .iter()
        // The decision records are linked as a folder.
        .filter(|page| !page.path.starts_with("docs/adr/") && !reached.contains(&page.path))
        .map(|page| format!("{} is linked by nothing that the README leads to", page.path))
        .collect();
    none(&lost);
}

#[test]
fn every_file_that_is_named_is_there() {
    let mut complaints = Vec::new();
    for page in all() {
        for path in page.code.iter().filter(|code| is_a_path(code)) {
            if !root().join(path).exists() && !page.folder().join(path).exists() {
                complaints.push(format!("{}: there is no {path}", page.path));
            }
        }
    }
    none(&complaints);
}

/// Whether something in code names a file of the repository, and not a pattern of such names.
fn is_a_path(code: &str) -> bool {
    const FOLDERS: [&str; 10] = [
        "crates/",
        "workers/",
        "migrations/",
        "wrangler/",
        "tests/",
        "docs/",
        "examples/",
        "benches/",
        "xtask/",
        "fuzz/",
    ];
    FOLDERS.iter().any(|folder| code.starts_with(folder))
        && code.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        && !code.contains("NAME")
        && !code.contains("AREA")
        && !code.contains("NNNN")
        // What a build makes.
        && !code.contains("/build")
}

#[test]
fn every_command_is_one_that_exists() {
    let workspace = Workspace::read();
    let mut complaints = Vec::new();
    let mut checked = 0;
    for page in all() {
        for command in page.commands() {
            checked += 1;
            if let Err(why) = workspace.check(&command) {
                complaints.push(format!("{}: `{command}`: {why}", page.path));
            }
        }
    }
    assert!(checked > 50, "{checked}");
    none(&complaints);
}

#[test]
#[ignore = "needs wrangler, which `cargo xtask test` brings"]
fn every_command_of_wrangler_is_one_that_it_has() {
    let tools = crate::tools::Tools::installed().unwrap();
    let commands: Vec<(String, Vec<String>)> = all()
        .iter()
        .flat_map(|page| {
            page.commands().into_iter().map(|command| (page.path.clone(), command)).collect::<Vec<_>>()
        })
        .flat_map(|(page, command)| {
            wrangler_commands(&command).map(|words| (page.clone(), words)).collect::<Vec<_>>()
        })
        .collect();
    assert!(commands.len() > 5);
    let mut helps = std::collections::BTreeMap::new();
    let mut complaints = Vec::new();
    for (page, words) in commands {
        // The command is what stands before the first option; arguments of it are not told apart, but `--help` ignores them.
        let command: Vec<String> = words.iter().take_while(|word| !word.starts_with('-')).cloned().collect();
        let help = helps.entry(command.clone()).or_insert_with(|| help(&mut tools.wrangler(), &command));
        let named = format!("wrangler {}", command.first().map_or("", String::as_str));
        if !help.contains(&named) {
            complaints.push(format!("{page}: wrangler has no command `{}`", command.join(" ")));
            continue;
        }
        for option in words.iter().filter(|word| word.starts_with("--")) {
            let option = option.split('=').next().unwrap_or(option);
            if !help.contains(&format!("{option} ")) && !help.contains(&format!("{option},")) {
                complaints.push(format!("{page}: `wrangler {}` has no {option}", command.join(" ")));
            }
        }
    }
    none(&complaints);
}

fn help(wrangler: &mut Command, command: &[String]) -> String {
    let output = wrangler.args(command).arg("--help").env("NO_COLOR", "1").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn every_request_is_one_of_the_api() {
    let api = Api::read();
    let mut complaints = Vec::new();
    let mut checked = 0;
    // An example's README has the routes of the example, and the reference is written from the description itself.
    let ours = |page: &&Page| !page.path.starts_with("examples/") && page.path != "docs/API.md";
    for page in all().iter().filter(ours) {
        for request in page.requests() {
            checked += 1;
            if !api.has(&request) {
                complaints
                    .push(format!("{}: no route answers {} {}", page.path, request.method, request.path));
            }
        }
    }
    assert!(checked > 50, "{checked}");
    none(&complaints);
}

#[test]
fn every_example_has_the_form_of_its_language() {
    let mut complaints = Vec::new();
    for page in all() {
        for block in page.blocks.iter().filter(|block| block.language == "json" || block.language == "jsonc")
        {
            // A part of a file is shown without the braces around it.
            let part = block.text.trim_start().starts_with('"');
            let text = if part { format!("{{{}}}", block.text) } else { block.text.clone() };
            let options = jsonc_parser::ParseOptions::default();
            let outcome = if block.language == "json" {
                serde_json::from_str::<serde_json::Value>(&text).map(drop).map_err(|error| error.to_string())
            } else {
                jsonc_parser::parse_to_serde_value::<serde_json::Value>(&text, &options)
                    .map(drop)
                    .map_err(|error| error.to_string())
            };
            if let Err(error) = outcome {
                complaints.push(format!("{}: {error}\n{}", page.path, block.text));
            }
        }
    }
    none(&complaints);
}

/// Where a claim is followed by the test that shows it.
const NAMING_TESTS: [&str; 3] = ["SECURITY.md", "docs/ASVS.md", "docs/NIST.md"];

#[test]
fn every_test_that_is_named_is_there() {
    let mut tests = std::collections::BTreeSet::new();
    for folder in ["crates", "workers", "tests", "xtask", "examples"] {
        each_source(&root().join(folder), &mut |text| {
            // A regression may be a case under another name.
            for rest in text.split("fn ").skip(1).chain(text.split(" as ").skip(1)) {
                tests.insert(
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>(),
                );
            }
        });
    }
    let mut complaints = Vec::new();
    let mut named = 0;
    for page in all().iter().filter(|page| NAMING_TESTS.contains(&page.path.as_str())) {
        // A function whose name says what happens, and not a field or a variable.
        let is_a_test = |code: &&String| {
            code.matches('_').count() > 1
                && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        for test in page.code.iter().filter(is_a_test) {
            named += 1;
            if !tests.contains(test) {
                complaints.push(format!("{}: there is no test {test}", page.path));
            }
        }
    }
    assert!(named > 50, "{named}");
    none(&complaints);
}

/// Shows each source file in a folder.
fn each_source(folder: &Path, show: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "build" && name != "node_modules") {
                each_source(&path, show);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            show(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_code_of_a_problem_is_explained_with_its_status() {
    let mut in_source = std::collections::BTreeMap::new();
    for folder in ["workers", "crates/http-kit", "crates/guard", "crates/worker-platform"] {
        each_source(&root().join(folder), &mut |text| {
            // `Problem::new(StatusCode::FORBIDDEN, "code"`, `Self::new(…` in the same way, and `Problem::conflict("code"`.
            for rest in text.split("new(").skip(1) {
                let rest = rest.trim_start();
                let rest = rest.strip_prefix("http::").unwrap_or(rest);
                let Some(rest) = rest.strip_prefix("StatusCode::") else { continue };
                let Some((status, rest)) = rest.split_once(',') else { continue };
                if let Some(code) = literal(rest) {
                    in_source.insert(code.to_owned(), status.to_owned());
                }
            }
            for rest in text.split("Problem::conflict(").skip(1) {
                if let Some(code) = literal(rest) {
                    in_source.insert(code.to_owned(), "CONFLICT".to_owned());
                }
            }
        });
    }
    let number = |name: &str| match name {
        "BAD_REQUEST" => "400",
        "UNAUTHORIZED" => "401",
        "FORBIDDEN" => "403",
        "NOT_FOUND" => "404",
        "METHOD_NOT_ALLOWED" => "405",
        "CONFLICT" => "409",
        "PAYLOAD_TOO_LARGE" => "413",
        "UNSUPPORTED_MEDIA_TYPE" => "415",
        "UNPROCESSABLE_ENTITY" => "422",
        "TOO_MANY_REQUESTS" => "429",
        "INTERNAL_SERVER_ERROR" => "500",
        "NOT_IMPLEMENTED" => "501",
        "BAD_GATEWAY" => "502",
        "SERVICE_UNAVAILABLE" => "503",
        other => panic!("{other}: give it its number here"),
    };
    let in_source: std::collections::BTreeMap<String, String> =
        in_source.into_iter().map(|(code, status)| (code, number(&status).to_owned())).collect();
    let page = std::fs::read_to_string(root().join("docs/ERRORS.md")).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        Some((cells.next()?.trim_end_matches('`').to_owned(), cells.next()?.to_owned()))
    };
    let explained: std::collections::BTreeMap<String, String> = page.lines().filter_map(row).collect();
    assert!(in_source.len() > 40, "{in_source:?}");
    assert_eq!(explained, in_source);
}

/// The text of a literal at the beginning of some source.
fn literal(source: &str) -> Option<&str> {
    source.trim_start().strip_prefix('"')?.split('"').next()
}

#[test]
fn headings_have_the_anchors_that_they_have_on_github() {
    let text = "# A `code` and — dash\n\n## What's new?\n\n## What's new?\n\n## 1. Say, what\n";
    let expected = ["a-code-and--dash", "whats-new", "whats-new-1", "1-say-what"];
    assert_eq!(slugs(text), expected);
}

#[test]
fn broken_documentation_is_found() {
    let workspace = Workspace::read();
    for wrong in [
        "cargo xtask bild",
        "cargo xtask dev --flag on",
        "cargo test -p nothing",
        "cargo test -p e2e --test nothing",
        "cargo run -p account-pages-app --example nothing",
        "node tests/nothing.mjs",
        "unheard-of --version",
    ] {
        assert!(workspace.check(wrong).is_err(), "{wrong}");
    }
    let api = Api::read();
    let page = Page::parse(
        "docs/X.md",
        "`POST /nothing`, `GET /rbac/roles`\n\n```http\nDELETE /api/rbac/roles/ROLE_ID\n```\n",
    );
    let found: Vec<bool> = page.requests().iter().map(|request| api.has(request)).collect();
    assert_eq!(found, [false, true, true]);
    assert!(Path::new(&root()).join("README.md").exists());
}
