/// What a browser called itself, in words that its owner knows: `Firefox on Windows`. What is not known stays as it is, cut to
/// 80 characters.
///
/// It helps somebody to find their own devices in a list and is relied on for nothing: anybody can send any name.
pub fn device_name(user_agent: Option<&str>) -> String {
    // Whatever imitates another browser comes before the one that it imitates.
    const BROWSERS: [(&str, &str); 12] = [
        ("Edg/", "Edge"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let agent = user_agent.unwrap_or_default();
    let named = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if agent.is_empty() => "Unknown device".to_owned(),
        _ => agent.chars().take(80).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_name_is_browser_and_system() {
        const CHROME: &str = "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        for (agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox on Windows",
            ),
            (&format!("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 {CHROME}"), "Chrome on Linux"),
            (
                &format!("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 {CHROME} Edg/140.0.0.0"),
                "Edge on Windows",
            ),
            (&format!("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 {CHROME}"), "Chrome on Android"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            ("curl/8.5.0", "curl"),
            ("a-script", "a-script"),
        ] {
            assert_eq!(device_name(Some(agent)), expected, "{agent}");
        }
        assert_eq!(device_name(None), "Unknown device");
        assert_eq!(device_name(Some(&"x".repeat(256))).len(), 80);
    }
}
