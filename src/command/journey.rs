//! `funnel journey ID`: what one customer did, how far they got, and why no further.

use super::report::options_of;
use super::{Resolved, find_out, plan, resolve, show};
use crate::cli::{JourneyArgs, Surroundings};
use crate::engine::Request;
use crate::engine::person::{PersonFinding, PersonQuestion};
use crate::engine::{Outcome, Plan};
use crate::error::{Error, Result};
use crate::place::Place;
use crate::report::journey::JourneyReport;

/// Runs the command.
pub(super) fn run(arguments: &JourneyArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let once = read_only_once(&arguments.files).filter(|_| arguments.show_identifiers);
    if let Some(path) = once {
        return Err(twice(path).into());
    }
    let resolved = resolve(&arguments.reading, surroundings, false)?;
    let plan = plan(&arguments.ladder)?;
    let asking = Asking { arguments, resolved: &resolved, plan: &plan, surroundings };
    let (outcome, person) = asking.answer()?;
    let options = options_of(&outcome, &resolved, 0.95, &[]);
    let salt = &arguments.salt;
    let report = JourneyReport::new(&person, &outcome.findings, &outcome.ladder, &options, salt);
    show(&report, &arguments.output, surroundings)
}

/// Everything that a run about one person needs.
struct Asking<'a> {
    arguments: &'a JourneyArgs,
    resolved: &'a Resolved,
    plan: &'a Plan,
    surroundings: &'a Surroundings,
}

impl Asking<'_> {
    /// Who is meant is known only when all rows are read; the texts of their identifiers take a second
    /// reading that knows which of them to remember. So does the kind of an identifier that was found by
    /// its hash and is linked to nothing.
    fn answer(&self) -> Result<(Outcome, PersonFinding)> {
        let (outcome, person) = self.ask(PersonQuestion::default())?;
        let Asking { arguments, .. } = self;
        let is_known = !person.identifiers.is_empty() || read_only_once(&arguments.files).is_some();
        if is_known && !arguments.show_identifiers {
            return Ok((outcome, person));
        }
        let keys = person.identifiers.iter().map(|(identifier, _)| identifier.key);
        let texts_of = keys.chain([person.key]).collect();
        let question = PersonQuestion { texts_of, ..PersonQuestion::default() };
        let (outcome, mut person) = self.ask(question)?;
        if !arguments.show_identifiers {
            person.identifiers.iter_mut().for_each(|(_, text)| *text = None);
        }
        Ok((outcome, person))
    }

    fn ask(&self, question: PersonQuestion) -> Result<(Outcome, PersonFinding)> {
        let (id, salt) = (self.arguments.id.clone(), self.arguments.salt.clone());
        let request = Request {
            person: Some(PersonQuestion { id, salt, ..question }),
            zone: self.resolved.told_zone(),
            ..Request::of(self.plan.clone())
        };
        let shows_progress = self.surroundings.shows_progress && !self.arguments.output.quiet;
        let mut outcome = find_out(&self.arguments.files, self.resolved, &request, shows_progress)?;
        match outcome.person.take() {
            Some(person) => Ok((outcome, person)),
            None => Err(nobody(&self.arguments.id)),
        }
    }
}

fn nobody(id: &str) -> Error {
    let shown: String = id.chars().flat_map(char::escape_debug).collect();
    Error::new(format!("nothing in the data is identified by `{shown}`")).hint(
        "ID is a client id, e-mail address, telephone number, customer or user id, checkout token, order id, order name such as '#1001', or the hash of a customer (with the same --salt); `funnel inspect` shows which kinds the files hold",
    )
}

/// The first input that is standard input or a pipe: such can be read once.
fn read_only_once(files: &[String]) -> Option<&String> {
    let is_pipe = |path: &str| {
        std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
    };
    files.iter().find(|path| *path == "-" || is_pipe(path))
}

fn twice(path: &str) -> Error {
    let message = "--show-identifiers reads the input twice, and this can be read only once";
    Error::at(Place::file(path), message).hint("write it to a file first")
}
