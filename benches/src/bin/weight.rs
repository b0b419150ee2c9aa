//! What each crate adds to a worker: the bytes of code by crate, from the names in a release build after wasm-bindgen, which leaves out
//! what only it reads, and before wasm-opt, which takes the names away. `weight NAME_bg.wasm…` prints one table, a worker a column.
//!
//! A generic function counts for the crate that wrote it, whatever it is instantiated for. What was inlined counts where it went.

use std::collections::BTreeMap;
use std::path::Path;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// The rest of the crates is one row.
const ROWS: usize = 24;

fn main() {
    let workers: Vec<(String, Weights)> = std::env::args()
        .skip(1)
        .map(|file| {
            let name = Path::new(&file).file_stem().unwrap().to_string_lossy();
            let name = name.trim_end_matches("_bg").to_owned();
            (name, weigh(&std::fs::read(&file).unwrap_or_else(|error| panic!("{file}: {error}"))))
        })
        .collect();
    print(&workers);
}

/// Bytes by crate.
type Weights = BTreeMap<String, usize>;

fn weigh(wasm: &[u8]) -> Weights {
    let (mut imports, mut bodies, mut names) = (0, Vec::new(), BTreeMap::new());
    let mut weights = Weights::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::ImportSection(section) => {
                let functions = section.into_imports().filter(|import| {
                    matches!(import.as_ref().unwrap().ty, TypeRef::Func(_) | TypeRef::FuncExact(_))
                });
                imports = functions.count();
            }
            Payload::CodeSectionEntry(body) => bodies.push(length(&body.range())),
            Payload::DataSection(section) => {
                weights.insert("(data)".into(), length(&section.range()));
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(section) = section.as_known() else { continue };
                for name in section {
                    let Name::Function(functions) = name.unwrap() else { continue };
                    names.extend(functions.into_iter().map(|naming| {
                        let naming = naming.unwrap();
                        (naming.index as usize, naming.name)
                    }));
                }
            }
            _ => {}
        }
    }
    for (n, bytes) in bodies.into_iter().enumerate() {
        let owner = names.get(&(imports + n)).map_or_else(|| "(glue)".to_owned(), |name| owner(name));
        *weights.entry(owner).or_default() += bytes;
    }
    weights
}

fn length(range: &std::ops::Range<u64>) -> usize {
    usize::try_from(range.end - range.start).unwrap()
}

/// The first crate that the name of a function names: of `<serde_json::Value as core::fmt::Debug>::fmt`, serde_json.
fn owner(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    // What the compiler and wasm-bindgen add: `memcpy`, `__externref_table_alloc`.
    let Some((start, _)) = name.split_once("::") else { return "(glue)".into() };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match start.rsplit(|c| !is_part(c)).find(|word| !word.is_empty() && *word != "dyn") {
        Some("core" | "alloc" | "std") => "(standard library)".into(),
        Some(name) => name.to_owned(),
        None => "(glue)".into(),
    }
}

fn print(workers: &[(String, Weights)]) {
    let mut totals = Weights::new();
    for (name, bytes) in workers.iter().flat_map(|(_, weights)| weights) {
        *totals.entry(name.clone()).or_default() += bytes;
    }
    let mut order: Vec<(&String, &usize)> = totals.iter().collect();
    order.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    let (shown, rest) = order.split_at(order.len().min(ROWS));

    let row = |name: &str, of: &dyn Fn(&Weights) -> usize| {
        let cells = workers.iter().map(|(_, weights)| format!("{:.1}", of(weights) as f64 / 1024.0));
        println!("| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
    };
    println!(
        "| KiB of | {} |",
        workers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" | ")
    );
    println!("|---|{}", "---:|".repeat(workers.len()));
    for (name, _) in shown {
        row(name, &|weights| weights.get(*name).copied().unwrap_or_default());
    }
    let others = format!("{} others", rest.len());
    row(&others, &|weights| rest.iter().filter_map(|(name, _)| weights.get(*name)).sum());
    row("**all**", &|weights| weights.values().sum());
}
