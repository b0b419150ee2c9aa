//! Statements for tools that bind no values, such as wrangler's command line.

use crate::{Param, Statement};

impl Statement {
    /// The SQL with its values written into it and without its comments.
    pub fn inlined(&self) -> String {
        let code: Vec<&str> = self.sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        let code = code.join("\n");
        let mut rest = code.as_str();
        let mut out = String::new();
        while let Some(at) = rest.find(['?', '\'']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            // A text of the statement's own stays as it is, and so does what there is no value for: the database refuses it.
            let end = match from.strip_prefix('\'') {
                Some(text) => text.find('\'').map_or(from.len(), |end| end + 2),
                None => 1 + from[1..].bytes().take_while(u8::is_ascii_digit).count(),
            };
            let (token, after) = from.split_at(end);
            let number = token.strip_prefix('?').and_then(|digits| digits.parse::<usize>().ok());
            match number.and_then(|number| self.params.get(number.checked_sub(1)?)) {
                Some(param) => param.write_into(&mut out),
                None => out.push_str(token),
            }
            rest = after;
        }
        out.push_str(rest);
        out.trim_end().to_owned()
    }
}

impl Param {
    fn write_into(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("NULL"),
            Self::Integer(value) => out.push_str(&value.to_string()),
            Self::Text(text) => {
                // wrangler takes these two words out of whatever it is given, texts included.
                let text = text.replace('\'', "''").replace("BEGIN TRANSACTION", "BEGIN' || ' TRANSACTION");
                out.push_str("('");
                out.push_str(&text);
                out.push_str("')");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inlined(sql: &'static str, params: Vec<Param>) -> String {
        Statement { name: "test", sql, params }.inlined()
    }

    #[test]
    fn values_stand_where_their_numbers_were() {
        let params = vec!["it's ?2".into(), Param::Null, Param::Integer(-7)];
        assert_eq!(
            inlined("-- What ?1's for.\nSELECT ?1, ?3, '?2''s', ?2\n", params),
            "SELECT ('it''s ?2'), -7, '?2''s', NULL"
        );
    }

    #[test]
    fn a_tenth_value_is_not_the_first_and_a_zero() {
        let params = (1..=10).map(Param::Integer).collect();
        assert_eq!(inlined("SELECT ?10, ?1", params), "SELECT 10, 1");
    }

    #[test]
    fn what_there_is_no_value_for_stays() {
        assert_eq!(inlined("SELECT ?1, ?0, ?", vec![]), "SELECT ?1, ?0, ?");
    }

    #[test]
    fn the_words_that_wrangler_takes_out_are_parted() {
        assert_eq!(
            inlined("SELECT ?1", vec!["BEGIN TRANSACTION; COMMIT;".into()]),
            "SELECT ('BEGIN' || ' TRANSACTION; COMMIT;')"
        );
    }
}
