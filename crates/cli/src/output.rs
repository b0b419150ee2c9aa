//! Tables and sentences for people, JSON for scripts.

use std::borrow::Cow;
use std::io::{self, StdoutLock, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// How many items of a list are shown; all of them, where it says nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most(pub(crate) Option<usize>);

impl Most {
    /// Those of lists that are short.
    pub(crate) const ALL: Self = Self(None);
}

/// Where answers go, and in which form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// One answer: `people` puts it in words.
    pub(crate) fn answer<T: Serialize>(self, answer: &T, people: impl FnOnce(&T) -> String) -> Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            write_json(&mut out, answer)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{}", people(answer))?;
        }
        Ok(out.flush()?)
    }

    /// That something was done, of which there is nothing to say but that. A script knows it from the exit code.
    pub(crate) fn done(self, sentence: &str) -> Result<()> {
        if self.json {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{}", shown(sentence))?;
        Ok(out.flush()?)
    }

    /// A list, of `most` items at most: for people one table at the end, for scripts `{"items": […], "more": false}`, written
    /// as the items come.
    pub(crate) fn list<T: Serialize, const N: usize>(
        self,
        head: [&str; N],
        most: Most,
        mut items: impl Iterator<Item = Result<T>>,
        row: impl Fn(&T) -> [String; N],
    ) -> Result<()> {
        let progress = Progress::counting("so far");
        let most = most.0.unwrap_or(usize::MAX);
        let first = items.by_ref().take(most).inspect(|_| progress.more(1));
        let mut out = io::stdout().lock();
        if self.json {
            write!(out, "{{\"items\":[")?;
            for (index, item) in first.enumerate() {
                let item = item?;
                write!(out, "{}", if index == 0 { "" } else { "," })?;
                write_json(&mut out, &item)?;
            }
            writeln!(out, "],\"more\":{}}}", items.next().transpose()?.is_some())?;
        } else {
            let rows = first.map(|item| item.map(|item| row(&item))).collect::<Result<Vec<_>>>()?;
            let more = items.next().transpose()?.is_some();
            drop(progress);
            writeln!(out, "{}", table(head, rows))?;
            if more {
                out.flush()?;
                writeln!(io::stderr(), "there are more: --all shows them")?;
            }
        }
        Ok(out.flush()?)
    }
}

fn write_json<T: Serialize>(out: &mut StdoutLock<'_>, value: &T) -> Result<()> {
    // Of two causes, one is that the output is closed; the other can't be, since what is written came in as JSON.
    serde_json::to_writer(out, value).map_err(|error| Failure::from(io::Error::from(error)))
}

/// Columns without lines between them, that `awk` can read as well.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>) -> String {
    if rows.is_empty() {
        return "none".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head);
    for row in rows {
        table.add_row(row.map(|cell| shown(&cell).into_owned()));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Names and values, one a line.
pub(crate) fn fields(fields: &[(&str, String)]) -> String {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = fields.iter().map(|(name, value)| {
        let line = format!("{name:width$}  {}", shown(value));
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text from elsewhere on a terminal: what would move its cursor or turn its lines around shows as a replacement mark.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(hostile) { Cow::Owned(text.replace(hostile, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// `yes` or `no`.
pub(crate) fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_columns() {
        let rows = vec![["ada".to_owned(), "1".to_owned()], ["bøb the long".to_owned(), String::new()]];
        assert_eq!(table(["NAME", "N"], rows), "NAME          N\nada           1\nbøb the long");
        assert_eq!(table(["NAME"], Vec::new()), "none");
    }

    #[test]
    fn a_hostile_name_does_not_reach_the_terminal() {
        for text in ["a\u{1b}[2Jb", "a\rb", "a\nb", "a\u{9b}b", "a\u{202e}b", "a\u{2066}b"] {
            let text = shown(text);
            assert!(text.starts_with('a') && text.ends_with('b'), "{text:?}");
            assert!(text.contains('\u{fffd}') && !text.contains(char::is_control), "{text:?}");
        }
        assert_eq!(shown("Zoë 字"), "Zoë 字");
    }

    #[test]
    fn fields_are_aligned() {
        assert_eq!(fields(&[("id", "1".into()), ("name", "x".into())]), "id    1\nname  x");
    }
}
