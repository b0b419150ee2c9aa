//! Medians over the number of users, both axes logarithmic, as an SVG that can be read on light and on dark ground.

use std::fmt::Write;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 600.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 350.0;

/// From 10 µs to 100 ms.
const DECADES: (i32, i32) = (-2, 2);

/// Okabe and Ito's colours, which people tell apart whatever colours they see.
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"];

/// A line: what it is of, and the median in milliseconds for each number of users.
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) medians: Vec<f64>,
}

pub(crate) fn draw(users: &[u64], budget: f64, lines: &[Line]) -> String {
    let exponents = |value: f64| value.log10();
    let (first, last) = (exponents(users[0] as f64), exponents(users[users.len() - 1] as f64));
    let x = |users: u64| LEFT + (RIGHT - LEFT) * (exponents(users as f64) - first) / (last - first);
    let (low, high) = (f64::from(DECADES.0), f64::from(DECADES.1));
    let y = |ms: f64| BOTTOM - (BOTTOM - TOP) * ((exponents(ms) - low) / (high - low)).clamp(0.0, 1.0);

    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img">
<title>Median time over the number of users: flat lines, below the budget of {budget} ms</title>
<style>text {{ fill: #1f2328 }} .grid {{ stroke: #d0d7de }} @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} .grid {{ stroke: #444c56 }} }}</style>
"#
    );
    for decade in DECADES.0..=DECADES.1 {
        let (at, ms) = (y(10_f64.powi(decade)), 10_f64.powi(decade));
        let label = if decade < 0 { format!("{:.0} µs", ms * 1e3) } else { format!("{ms:.0} ms") };
        let _ = writeln!(svg, r#"<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{at:.1}" y2="{at:.1}"/>"#);
        let _ = writeln!(
            svg,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{label}</text>"#,
            LEFT - 8.0,
            at + 4.0
        );
    }
    for &count in users {
        let at = x(count);
        let label = if count < 1_000_000 { format!("{},000", count / 1_000) } else { "1,000,000".to_owned() };
        let _ = writeln!(
            svg,
            r#"<text x="{at:.1}" y="{:.1}" text-anchor="middle">{label}</text>"#,
            BOTTOM + 20.0
        );
    }
    let _ = writeln!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">users</text>"#,
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 40.0
    );
    let at = y(budget);
    let _ = writeln!(
        svg,
        r##"<line x1="{LEFT}" x2="{RIGHT}" y1="{at:.1}" y2="{at:.1}" stroke="#cf222e" stroke-dasharray="6 4"/>"##
    );
    let _ = writeln!(svg, r#"<text x="{LEFT}" y="{:.1}">budget: {budget} ms</text>"#, at - 6.0);

    for (i, line) in lines.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let points: Vec<(f64, f64)> =
            users.iter().zip(&line.medians).map(|(users, ms)| (x(*users), y(*ms))).collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            path.join(" ")
        );
        for (x, y) in points {
            let _ = writeln!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="{colour}"/>"#);
        }
        // The legend stands beside the lines, in their order at the right edge, so that no two texts meet.
        let height = TOP + 20.0 + 26.0 * i as f64;
        let _ = writeln!(svg, r#"<circle cx="{:.1}" cy="{height:.1}" r="5" fill="{colour}"/>"#, RIGHT + 24.0);
        let _ =
            writeln!(svg, r#"<text x="{:.1}" y="{:.1}">{}</text>"#, RIGHT + 36.0, height + 4.0, line.what);
    }
    svg.push_str("</svg>\n");
    svg
}
