//! Bars for each day, drawn here, so that they are there without scripts. The picture has no text of its own: that
//! stands around it, in the size of the page, and in a table below it.

use api::RolloutDay;
use askama::Template;
use askama::filters::HtmlSafe;

/// The size of the picture in its own units; the page stretches it.
const HEIGHT: u64 = 100;
/// What one day takes, with the gap to the next one.
const DAY: u64 = 10;
const BAR: u64 = 8;

/// Findings by day.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/chart.html")]
pub struct Chart {
    /// The number at the upper edge.
    top: u64,
    width: u64,
    bars: Vec<Bar>,
    series: [Series; 4],
    days: Vec<Day>,
}

impl HtmlSafe for Chart {}

#[derive(Clone, Debug)]
struct Bar {
    class: &'static str,
    x: u64,
    y: u64,
    height: u64,
}

/// What the bars of one colour stand for.
#[derive(Clone, Debug)]
struct Series {
    class: &'static str,
    label: &'static str,
    total: u64,
}

#[derive(Clone, Debug)]
struct Day {
    date: String,
    counts: [u64; 4],
}

const SERIES: [(&str, &str); 4] = [
    ("would-deny", "would be denied"),
    ("denied", "denied"),
    ("would-allow", "would be allowed"),
    ("failed", "not decided"),
];

impl Chart {
    /// The chart of these days, the oldest first.
    pub fn new(days: &[RolloutDay]) -> Self {
        let days: Vec<Day> = days
            .iter()
            .map(|day| Day {
                date: day.day.0.to_string().chars().take(10).collect(),
                counts: [day.would_deny, day.denied, day.would_allow, day.evaluation_errors],
            })
            .collect();
        let top = round_up(days.iter().map(|day| day.counts.iter().sum()).max().unwrap_or_default());
        let mut bars = Vec::new();
        let mut x = 0;
        for day in &days {
            let mut below = 0;
            for (count, (class, _)) in day.counts.iter().zip(SERIES) {
                // From edge to edge of what lies below, so that what is stacked adds up.
                let (from, to) = (below * HEIGHT / top, (below + count) * HEIGHT / top);
                // Even one of a million is to be seen.
                let to = if *count > 0 { to.max(from + 1) } else { to };
                if to > from {
                    bars.push(Bar { class, x, y: HEIGHT.saturating_sub(to), height: to - from });
                }
                below += count;
            }
            x += DAY;
        }
        let total = |at: usize| days.iter().filter_map(|day| day.counts.get(at)).sum();
        let mut at = 0;
        let series = SERIES.map(|(class, label)| {
            let series = Series { class, label, total: total(at) };
            at += 1;
            series
        });
        Self { top, width: x.max(DAY), bars, series, days }
    }

    /// Whether there is nothing to be drawn.
    fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    fn first(&self) -> &str {
        self.days.first().map_or("", |day| &day.date)
    }

    fn last(&self) -> &str {
        self.days.last().map_or("", |day| &day.date)
    }
}

/// The next number that is easily read: 1, 2, 3 or 5 with zeros.
fn round_up(most: u64) -> u64 {
    let mut unit: u64 = 1;
    loop {
        for step in [1, 2, 3, 5] {
            let top = unit.saturating_mul(step);
            if top >= most {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use accounts::Timestamp;
    use api::DateTime;

    use super::*;

    fn day(number: i64, would_deny: u64, denied: u64) -> RolloutDay {
        RolloutDay {
            day: DateTime(Timestamp::from_millis(1_769_817_600_000 + number * 86_400_000)),
            denied,
            would_deny,
            would_allow: 0,
            evaluation_errors: 0,
        }
    }

    #[test]
    fn scale_ends_at_a_round_number() {
        for (most, top) in [
            (0, 1),
            (1, 1),
            (2, 2),
            (3, 3),
            (4, 5),
            (6, 10),
            (11, 20),
            (24, 30),
            (50, 50),
            (51, 100),
            (1_234, 2_000),
        ] {
            assert_eq!(round_up(most), top);
        }
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }

    #[test]
    fn bars_are_stacked_and_add_up() {
        let chart = Chart::new(&[day(0, 30, 20), day(1, 0, 0), day(2, 0, 50)]);
        assert_eq!((chart.top, chart.width), (50, 30));
        let bars: Vec<_> = chart.bars.iter().map(|bar| (bar.class, bar.x, bar.y, bar.height)).collect();
        assert_eq!(bars, [("would-deny", 0, 40, 60), ("denied", 0, 0, 40), ("denied", 20, 0, 100)]);
        assert_eq!((chart.first(), chart.last()), ("2026-01-31", "2026-02-02"));
        assert_eq!(chart.series.clone().map(|series| series.total), [30, 70, 0, 0]);
    }

    #[test]
    fn one_among_many_is_to_be_seen() {
        let chart = Chart::new(&[day(0, 1, 0), day(1, 10_000, 0)]);
        assert_eq!(chart.bars[0].height, 1);
        assert!(Chart::new(&[day(0, 0, 0)]).is_empty() && Chart::new(&[]).is_empty());
    }
}
