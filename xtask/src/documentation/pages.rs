//! The pages of the documentation, taken apart.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::requests::Request;

/// A file in Markdown.
pub(super) struct Page {
    /// From the root of the workspace.
    pub(super) path: String,
    /// Where its links lead.
    pub(super) links: Vec<String>,
    /// What is set in code, within the lines.
    pub(super) code: Vec<String>,
    /// What is set in code, as blocks.
    pub(super) blocks: Vec<Block>,
}

/// A block of code.
pub(super) struct Block {
    pub(super) language: String,
    pub(super) text: String,
}

/// Every page of the repository.
pub(super) fn all() -> Vec<Page> {
    let mut pages = Vec::new();
    collect(&crate::root(), &mut pages);
    assert!(pages.len() > 20);
    pages
}

fn collect(folder: &Path, pages: &mut Vec<Page>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            // What is hidden, fetched or built is not ours.
            if !name.starts_with('.') && !["node_modules", "target", "build"].contains(&name.as_str()) {
                collect(&path, pages);
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let from_root = path.strip_prefix(crate::root()).unwrap().to_string_lossy().into_owned();
            pages.push(Page::parse(&from_root, &fs::read_to_string(&path).unwrap()));
        }
    }
}

impl Page {
    pub(super) fn parse(path: &str, text: &str) -> Self {
        let mut page =
            Self { path: path.to_owned(), links: Vec::new(), code: Vec::new(), blocks: Vec::new() };
        let mut inside = false;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(dest_url.into_string());
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let language = match &kind {
                        CodeBlockKind::Fenced(info) => info.split([',', ' ']).next().unwrap_or_default(),
                        CodeBlockKind::Indented => "",
                    };
                    page.blocks.push(Block { language: language.to_owned(), text: String::new() });
                    inside = true;
                }
                Event::End(TagEnd::CodeBlock) => inside = false,
                Event::Text(text) if inside => {
                    if let Some(block) = page.blocks.last_mut() {
                        block.text.push_str(&text);
                    }
                }
                Event::Code(code) => page.code.push(code.into_string()),
                _ => {}
            }
        }
        page
    }

    /// Where its links begin.
    pub(super) fn folder(&self) -> PathBuf {
        crate::root().join(&self.path).parent().map(Path::to_path_buf).unwrap_or_default()
    }

    /// The commands that it tells people to run: the lines of its shell blocks, and what begins like one within its lines.
    pub(super) fn commands(&self) -> Vec<String> {
        let mut commands = Vec::new();
        for block in &self.blocks {
            let text = block.text.replace("\\\n", " ");
            let lines = text.lines().map(str::trim);
            // A session at a terminal has answers between its commands.
            let lines: Vec<&str> = match block.language.as_str() {
                "sh" | "bash" => lines.collect(),
                "console" => lines.filter_map(|line| line.strip_prefix("$ ")).collect(),
                _ => continue,
            };
            let lines = lines.into_iter().map(|line| line.split(" # ").next().unwrap_or_default().trim());
            commands
                .extend(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned));
        }
        let programs = ["cargo ", "npx ", "node ", "npm ", "EDGEWARD_WRITE=1 "];
        let inline = self.code.iter().filter(|code| programs.iter().any(|program| code.starts_with(program)));
        // A line may end within the code.
        commands.extend(inline.map(|code| code.replace('\n', " ")));
        commands
    }

    /// The requests that it speaks of.
    pub(super) fn requests(&self) -> Vec<Request> {
        let blocks = self.blocks.iter().filter(|block| block.language == "http");
        let lines = blocks.flat_map(|block| block.text.lines());
        let mut found: Vec<Request> =
            self.code.iter().map(String::as_str).chain(lines).filter_map(Request::parse).collect();
        found.extend(self.commands().iter().filter_map(|command| Request::of_curl(command)));
        found
    }
}

/// The anchors of the headings in a text, as GitHub makes them.
pub(super) fn slugs(text: &str) -> Vec<String> {
    let mut slugs = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let text = heading.take().unwrap_or_default().to_lowercase();
                let kept = text.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
                let slug: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
                let before = seen.entry(slug.clone()).or_default();
                slugs.push(if *before == 0 { slug } else { format!("{slug}-{before}") });
                *before += 1;
            }
            _ => {}
        }
    }
    slugs
}
