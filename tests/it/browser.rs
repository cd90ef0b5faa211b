//! Pages in a real browser: nothing is loaded, nothing is refused, nothing is wider than the screen.
//!
//! Needs Chromium, named by `FUNNEL_CHROMIUM`; `.ci/run` installs and names it. Without it these tests
//! say so and do nothing. `FUNNEL_PICTURES=folder` keeps the pictures that were looked at.

use crate::program::{command, finish};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A page of the example store and a browser for it.
struct Browser {
    program: PathBuf,
    folder: TempDir,
}

impl Browser {
    /// `None` where no browser is named.
    fn start() -> Option<Browser> {
        let named = std::env::vars_os().find(|(name, _)| name == "FUNNEL_CHROMIUM");
        let Some((_, program)) = named.filter(|(_, program)| !program.is_empty()) else {
            #[expect(clippy::print_stdout, reason = "whoever runs the tests should know")]
            {
                println!("FUNNEL_CHROMIUM names no browser: nothing was tested here");
            }
            return None;
        };
        let browser = Browser { program: program.into(), folder: tempfile::tempdir().unwrap() };
        let page = browser.path("page.html");
        let mut funnel = command(Path::new(env!("CARGO_MANIFEST_DIR")));
        funnel
            .args(["report", "examples/store", "--by", "device", "--format", "html", "-o"])
            .arg(&page);
        let output = finish(funnel, &[]);
        assert_eq!(output.code, Some(0), "{output:?}");
        Some(browser)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens a file of the folder; what the browser wrote on both its outputs.
    fn open(&self, name: &str, arguments: &[&str]) -> (String, String) {
        let mut chromium = Command::new(&self.program);
        chromium
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args([
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--disable-sync",
                "--disable-quic",
                "--hide-scrollbars",
                "--allow-file-access-from-files",
            ])
            .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr"])
            .arg(format!("--user-data-dir={}", self.path("profile").display()))
            .args(arguments)
            .arg(format!("file://{}", self.path(name).display()))
            .stdin(Stdio::null());
        let output = chromium.output().unwrap();
        let [out, err] = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(output.status.success(), "{err}");
        let console: Vec<&str> = err.lines().filter(|line| line.contains("CONSOLE")).collect();
        assert!(console.is_empty(), "{console:?}");
        (out, err)
    }

    /// A page around the page, as wide as a screen, in which a script may look at it.
    fn frame(&self, width: u32, script: &str) -> String {
        let name = format!("frame-{width}.html");
        let frame = format!(
            "<!doctype html><body style='margin:0'><iframe id=f src=page.html style='border:0' width={width} \
             height=1600></iframe><script>onload = () => {{ const page = f.contentDocument; {script} }}</script>"
        );
        std::fs::write(self.path(&name), frame).unwrap();
        name
    }
}

#[test]
fn a_page_draws_its_pictures_and_complains_of_nothing() {
    let Some(browser) = Browser::start() else { return };
    let (dom, _) = browser.open("page.html", &["--dump-dom", "--virtual-time-budget=3000"]);
    assert!(dom.matches("<svg").count() > 20 && dom.matches("<table").count() >= 7, "{dom}");
    let script = "document.title = 'bars ' + [...page.querySelectorAll('.count-bar')].filter(bar => bar.getBoundingClientRect().width > 1).length;";
    let frame = browser.frame(1280, script);
    let (dom, _) = browser.open(&frame, &["--dump-dom", "--virtual-time-budget=3000"]);
    let bars = dom.split("<title>bars ").nth(1).unwrap().split('<').next().unwrap();
    assert!(bars.parse::<u32>().unwrap() >= 15, "only {bars} bars are drawn");
}

#[test]
fn no_screen_is_too_narrow() {
    let Some(browser) = Browser::start() else { return };
    for width in [320, 390, 768, 1280] {
        let script = "document.title = 'width ' + page.documentElement.scrollWidth;";
        let frame = browser.frame(width, script);
        let (dom, _) = browser.open(&frame, &["--dump-dom", "--virtual-time-budget=3000"]);
        assert!(dom.contains(&format!("<title>width {width}<")), "{width}: {dom}");
    }
}

#[test]
fn light_dark_telephone_and_paper_can_be_looked_at() {
    let Some(browser) = Browser::start() else { return };
    let phone = browser.frame(390, "");
    let shots: [(&str, &str, &[&str]); 4] = [
        ("desktop.png", "page.html", &["--window-size=1280,1600"]),
        (
            "dark.png",
            "page.html",
            &["--window-size=1280,1600", "--blink-settings=preferredColorScheme=0"],
        ),
        ("phone.png", &phone, &["--window-size=500,1600"]),
        (
            "phone-dark.png",
            &phone,
            &["--window-size=500,1600", "--blink-settings=preferredColorScheme=0"],
        ),
    ];
    let mut pictures = Vec::new();
    for (name, page, arguments) in shots {
        let shot = format!("--screenshot={}", browser.path(name).display());
        browser.open(page, &[arguments, &[&shot, "--virtual-time-budget=3000"]].concat());
        let picture = std::fs::read(browser.path(name)).unwrap();
        assert!(
            picture.starts_with(b"\x89PNG") && picture.len() > 20_000,
            "{name}: {}",
            picture.len()
        );
        pictures.push((name, picture));
    }
    assert!(pictures[0].1 != pictures[1].1, "dark is not light");
    let paper = format!("--print-to-pdf={}", browser.path("print.pdf").display());
    browser.open("page.html", &["--no-pdf-header-footer", &paper]);
    let paper = std::fs::read(browser.path("print.pdf")).unwrap();
    assert!(paper.starts_with(b"%PDF") && paper.len() > 20_000);
    pictures.push(("print.pdf", paper));
    if let Some((_, folder)) = std::env::vars_os().find(|(name, _)| name == "FUNNEL_PICTURES") {
        for (name, picture) in pictures {
            std::fs::write(Path::new(&folder).join(name), picture).unwrap();
        }
    }
}
