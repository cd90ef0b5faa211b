//! Robots, by what their user agent says of itself.
//!
//! The patterns are the `isbot` crate's and the names of crawlers that are younger than it. A log has
//! few different user agents, so each is looked at once. Behaviour is not judged here.

use super::columns::is_null;
use crate::key::{FastMap, Key};
use crate::names::Recent;
use crate::text::decode;

/// Crawlers, assistants and monitors that the crate's list does not know.
const YOUNGER: [&str; 24] = [
    "ChatGPT-User",
    "OAI-SearchBot",
    "Claude-User",
    "Claude-Web",
    "Perplexity-User",
    "Bytespider",
    "meta-externalagent",
    "meta-externalfetcher",
    "CCBot",
    "Google-Extended",
    "GoogleOther",
    "PetalBot",
    "DataForSeoBot",
    "HeadlessChrome",
    "PhantomJS",
    "Playwright",
    "Puppeteer",
    "Selenium",
    "Lighthouse",
    "PageSpeed",
    "GTmetrix",
    "UptimeRobot",
    "StatusCake",
    "Shopify-Captain-Hook",
];

/// Programs by which a shop's own server sends events to a tool. They visit no page, and what they tell of an
/// order is the shop's word.
const PROGRAMS: [&str; 8] = [
    "axios/",
    "node-fetch/",
    "go-http-client/",
    "okhttp/",
    "guzzlehttp/",
    "python-requests/",
    "aiohttp/",
    "httpx/",
];

/// Whether a robot's user agent is that of a program by which servers send events.
pub fn is_program(user_agent: &[u8]) -> bool {
    let lower = decode(user_agent).to_ascii_lowercase();
    PROGRAMS.iter().any(|name| lower.starts_with(name) || lower.contains(&format!(" {name}")))
}

/// Tells robots from people; one a thread.
#[derive(Default)]
pub struct Bots {
    patterns: Option<isbot::Bots>,
    known: FastMap<Key, bool>,
    recent: Recent<bool>,
}

impl std::fmt::Debug for Bots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bots").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

impl Bots {
    /// Whether a user agent says that it is a robot.
    pub fn is_bot(&mut self, user_agent: &[u8]) -> bool {
        if let Some(known) = self.recent.get(user_agent) {
            return known;
        }
        let key = Key::of(user_agent);
        let known = self.known.get(&key).copied();
        let is_bot = known.unwrap_or_else(|| self.look_at(&decode(user_agent)));
        self.known.insert(key, is_bot);
        self.recent.put(user_agent, is_bot);
        is_bot
    }

    fn look_at(&mut self, user_agent: &str) -> bool {
        if is_null(user_agent) {
            return false;
        }
        let lower = user_agent.to_ascii_lowercase();
        let patterns = self.patterns.get_or_insert_with(isbot::Bots::default);
        patterns.is_bot(user_agent)
            || YOUNGER.iter().any(|name| lower.contains(&name.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_are_told_from_people() {
        let mut bots = Bots::default();
        for agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; GPTBot/1.0)",
            "ChatGPT-User/1.0",
            "facebookexternalhit/1.1",
        ] {
            assert!(bots.is_bot(agent.as_bytes()), "{agent}");
        }
        let people = [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 10; CUBOT_X30) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/21A329 Instagram 300.0",
            "",
        ];
        for agent in people {
            assert!(!bots.is_bot(agent.as_bytes()), "{agent}");
        }
    }

    #[test]
    fn programs_of_servers_are_robots_that_a_shop_may_have_sent() {
        let mut bots = Bots::default();
        for agent in [
            "axios/1.7.2",
            "Go-http-client/1.1",
            "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
        ] {
            assert!(bots.is_bot(agent.as_bytes()) && is_program(agent.as_bytes()), "{agent}");
        }
        assert!(!is_program(b"Mozilla/5.0 (compatible; Googlebot/2.1)"));
    }
}
