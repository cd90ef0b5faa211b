//! Options that need not be typed: from `funnel.toml`, and from variables of the environment.
//!
//! What is typed wins over `FUNNEL_FORMAT` and its like, those over the file, the file over the
//! program's own defaults. A setting is put between the words of the command line, as if it had been
//! typed first, so it is understood and checked as an option is. An option that was typed, or that
//! contradicts one that was typed, is left out.

use crate::cli::{Cli, variable, variables};
use crate::error::{Error, Result};
use crate::input::aliases::Part;
use crate::ladder::draft;
use crate::ladder::own_names::OwnNames;
use crate::ladder::vocabulary::nearest;
use crate::place::Place;
use crate::text::{is_yes, line_at};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, Parser, ValueHint};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where settings are looked for.
const FILE: &str = "funnel.toml";

/// What commands call the files that they read.
const FILES: [&str; 2] = ["files", "data"];

/// What begins the names of variables that set something.
const VARIABLES: &str = "FUNNEL_";

/// What a file and the environment set.
#[derive(Debug, Default)]
pub(super) struct Settings {
    options: Vec<Setting>,
    /// What the shop's own names of events mean.
    own_names: OwnNames,
    /// Which columns of session reports have other names.
    own_columns: Vec<(Part, String)>,
    is_off: bool,
}

/// One option that was set.
#[derive(Debug)]
struct Setting {
    /// The command that it is for; all that know the option without one.
    command: Option<String>,
    /// The option's long name, or `files`.
    option: String,
    values: Vec<String>,
    /// Where it stands: `funnel.toml:3`, `FUNNEL_FORMAT`.
    origin: String,
}

impl Settings {
    /// Reads the file that the command line names, else `funnel.toml` of the working folder, if any.
    pub(super) fn find(typed: &[OsString]) -> Result<Settings> {
        let words: Vec<&str> = typed.iter().filter_map(|word| word.to_str()).collect();
        if words.contains(&"--no-config") {
            return Ok(Settings { is_off: true, ..Settings::default() });
        }
        let named = words.iter().enumerate().find_map(|(place, word)| {
            match word.strip_prefix("--config") {
                Some("") => words.get(place + 1).map(|path| (*path).to_owned()),
                Some(rest) => rest.strip_prefix('=').map(str::to_owned),
                None => None,
            }
        });
        match named.or_else(|| variable("FUNNEL_CONFIG")) {
            Some(path) => Settings::read(&path),
            None if Path::new(FILE).is_file() => Settings::read(FILE),
            None => Ok(Settings::default()),
        }
    }

    fn read(path: &str) -> Result<Settings> {
        let text = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let text = String::from_utf8(text).map_err(|_| {
            Error::at(Place::file(path), "it is not written in UTF-8")
                .hint("save it again, with UTF-8 as its encoding")
        })?;
        let table = DeTable::parse(&text).map_err(|error| {
            let line = error.span().map(|span| line_at(text.as_bytes(), span.start));
            Error::at(Place { line, ..Place::file(path) }, error.message())
        })?;
        let file = File { path, text: &text, commands: Cli::command() };
        let options = file.settings(table.get_ref())?;
        let own_names = draft::own_names(path, &text, |target| column_part(target).is_some())?;
        let own_columns = own_columns(table.get_ref());
        Ok(Settings { options, own_names, own_columns, is_off: false })
    }

    /// What the shop's own names of events mean.
    pub(super) fn own_names(&self) -> OwnNames {
        self.own_names.clone()
    }

    /// Which columns of session reports have other names.
    pub(super) fn own_columns(&self) -> Vec<(Part, String)> {
        self.own_columns.clone()
    }

    /// Parses the command line with the settings between its words.
    pub(super) fn parse(&self, typed: &[OsString]) -> std::result::Result<Cli, clap::Error> {
        let root = Cli::command();
        let Some(Called { place, command, outer }) = command_of(&root, typed) else {
            return Cli::try_parse_from(typed);
        };
        let mut words = typed.to_vec();
        let set: Vec<String> = if self.is_off {
            Vec::new()
        } else {
            let arguments = command.get_arguments().chain(root.get_arguments());
            let set = |argument| self.words((command, outer), argument, &typed[place..]);
            arguments.flat_map(set).collect()
        };
        words.splice(place..place, set.into_iter().map(OsString::from));
        let parsed = Cli::try_parse_from(&words);
        let files = self.files(command, outer);
        match parsed {
            Err(error) if lacks_files_alone(&error) && !files.is_empty() => {
                words.push("--".into());
                words.extend(files.into_iter().map(OsString::from));
                Cli::try_parse_from(&words)
            }
            Ok(mut cli) => {
                cli.take_files(files);
                Ok(cli)
            }
            Err(error) => Err(error),
        }
    }

    /// What an option of a command is set to, as words of a command line; none if it was typed.
    fn words(
        &self,
        (command, outer): (&Command, &str),
        argument: &Arg,
        typed: &[OsString],
    ) -> Vec<String> {
        let Some(name) = argument.get_long() else { return Vec::new() };
        let contradicts = |other: &Arg| {
            let excludes = |one: &Arg, id| {
                command.get_arg_conflicts_with(one).iter().any(|arg| arg.get_id() == id)
            };
            excludes(argument, other.get_id()) || excludes(other, argument.get_id())
        };
        let is_in_the_way = |other: &Arg| other.get_id() == argument.get_id() || contradicts(other);
        let mut others = command.get_arguments().filter(|other| is_typed(other, typed));
        if argument.is_global_set() || others.any(is_in_the_way) {
            return Vec::new();
        }
        let values = from_environment(name).or_else(|| Some(self.of(outer, name)?.values.clone()));
        let values = values.unwrap_or_default();
        if matches!(argument.get_action(), ArgAction::SetTrue) {
            // What is neither yes nor no is refused as if it had been typed.
            return match values.first().map(|value| (value, is_yes(value))) {
                Some((_, Some(true))) => vec![format!("--{name}")],
                Some((value, None)) => vec![format!("--{name}={value}")],
                Some((_, Some(false))) | None => Vec::new(),
            };
        }
        values.iter().map(|value| format!("--{name}={value}")).collect()
    }

    /// The files that are read where none are named, for commands that need some. A variable names one, or a folder.
    fn files(&self, command: &Command, outer: &str) -> Vec<String> {
        let mut positionals = command.get_positionals();
        let reads_files = positionals.any(|argument| FILES.contains(&argument.get_id().as_str()));
        let set = || Some(self.of(outer, "files")?.values.clone());
        let files = from_environment("files").or_else(set).filter(|_| reads_files && !self.is_off);
        files.unwrap_or_default()
    }

    /// The setting of the command itself, else the one of all commands.
    fn of(&self, command: &str, option: &str) -> Option<&Setting> {
        let named = |wanted: Option<&str>| {
            self.options.iter().find(|set| set.option == option && set.command.as_deref() == wanted)
        };
        named(Some(command)).or_else(|| named(None))
    }

    /// What to say of variables that are nearly one of the program's and none: they set nothing.
    pub(super) fn misspelt_variables(&self) -> Vec<String> {
        const SHORT: usize = 4;
        let root = Cli::command();
        let commands = everything(&root);
        let options = commands.into_iter().flat_map(Command::get_arguments);
        let options = options.filter_map(Arg::get_long).map(variable_of);
        let known: Vec<String> =
            options.chain(["FUNNEL_NOW".to_owned(), variable_of("files")]).collect();
        // What all of them begin with makes none like another.
        let end = |name: &str| name.strip_prefix(VARIABLES).unwrap_or(name).to_owned();
        let ends: Vec<String> = known.iter().map(|name| end(name)).collect();
        let misspelt = |name: String| {
            let own = end(&name);
            // Short words are near to many: a variable of another program may begin so too.
            let near =
                nearest(&own, ends.iter().map(String::as_str).filter(|_| own.len() > SHORT))?;
            Some(format!("{name} sets nothing: did you mean {VARIABLES}{}?", near.to_uppercase()))
        };
        if self.is_off {
            return Vec::new();
        }
        let unknown = variables(VARIABLES).into_iter().filter(|name| !known.contains(name));
        unknown.filter_map(misspelt).collect()
    }

    /// Where the value stands that an error is about, if nobody has typed it.
    pub(super) fn place_of(&self, error: &str, typed: &[OsString]) -> Option<String> {
        let is_typed = |option: &str| {
            let words = typed.iter().filter_map(|word| word.to_str());
            words.into_iter().any(|word| {
                word.strip_prefix("--").is_some_and(|long| long.split('=').next() == Some(option))
            })
        };
        let is_about = |set: &&Setting| {
            let is_named = error.starts_with(&format!("--{}:", set.option));
            let is_path = ["files", "ladder"].contains(&set.option.as_str());
            let quoted = |value: &String| error.contains(&format!("`{value}`"));
            let is_first = |value: &String| error.starts_with(&format!("{value}: "));
            !is_typed(&set.option)
                && set.values.iter().any(|value| {
                    is_named && quoted(value) || is_path && (is_first(value) || quoted(value))
                })
        };
        let set = self.options.iter().filter(|_| !self.is_off).find(is_about)?;
        Some(format!("that stands in {}", set.origin))
    }

    /// Where a value stands that the command line is said not to allow.
    pub(super) fn hint(&self, error: &clap::Error) -> Option<String> {
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.as_str()),
            _ => None,
        };
        let option =
            text(ContextKind::InvalidArg)?.trim_start_matches("--").split([' ', '=']).next()?;
        let value = text(ContextKind::InvalidValue)?;
        let variable = variable_of(option);
        if from_environment(option).is_some_and(|values| values.iter().any(|set| set == value)) {
            return Some(format!("the value comes from {variable}"));
        }
        let set = self
            .options
            .iter()
            .find(|set| set.option == option && set.values.iter().any(|v| v == value));
        set.map(|set| format!("the value stands in {}", set.origin))
    }
}

/// A file of settings that is being read.
struct File<'a> {
    path: &'a str,
    text: &'a str,
    commands: Command,
}

impl File<'_> {
    /// All settings of the file; a name that no command knows is an error.
    fn settings(&self, table: &DeTable<'_>) -> Result<Vec<Setting>> {
        let mut settings = Vec::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match (value.get_ref(), self.commands.find_subcommand(name)) {
                (DeValue::Table(options), Some(command)) => {
                    let set = |(key, value)| self.setting(Some(command), key, value);
                    settings.extend(options.iter().map(set).collect::<Result<Vec<_>>>()?);
                }
                // What names mean is read by whoever knows names.
                (DeValue::Table(_), None) if name == draft::NAMES => {}
                _ => settings.push(self.setting(None, key, value)?),
            }
        }
        Ok(settings)
    }

    fn setting(
        &self,
        command: Option<&Command>,
        key: &Spanned<impl AsRef<str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Setting> {
        let option = key.get_ref().as_ref().replace('_', "-");
        let line = line_at(self.text.as_bytes(), key.span().start);
        let place = || Place { line: Some(line), ..Place::file(self.path) };
        let Some(argument) = self.argument(command, &option) else {
            let names = self.names(command);
            let near = nearest(&option, names.iter().map(String::as_str));
            let hint = near.map_or_else(
                || "`funnel report --help` lists the options".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            return Err(Error::at(place(), format!("`{option}` is no option")).hint(hint));
        };
        if ["config", "no-config"].contains(&option.as_str()) {
            let message = format!("`{option}` says nothing in the file that it would name");
            return Err(Error::at(place(), message)
                .hint("type --config FILE, or set FUNNEL_CONFIG to its path"));
        }
        let values = texts(value.get_ref()).ok_or_else(|| {
            Error::at(
                place(),
                format!("`{option}` must be a text, a number, true or false, or a list of texts"),
            )
        })?;
        let values = values.into_iter().map(|value| self.beside(argument, value)).collect();
        let command = command.map(|command| command.get_name().to_owned());
        Ok(Setting { command, option, values, origin: format!("{}:{line}", self.path) })
    }

    /// The option of the command, or of any command.
    fn argument<'c>(&'c self, command: Option<&'c Command>, option: &str) -> Option<&'c Arg> {
        let named = |argument: &&Arg| {
            let name = argument
                .get_long()
                .or_else(|| argument.is_positional().then_some(argument.get_id().as_str()));
            name == Some(option) && (argument.get_long().is_some() || option == "files")
        };
        let all = everything(&self.commands);
        let commands = command.map_or(all, everything);
        commands.into_iter().flat_map(Command::get_arguments).find(named)
    }

    fn names(&self, command: Option<&Command>) -> Vec<String> {
        let commands = command.map_or_else(|| everything(&self.commands), everything);
        let arguments = commands.into_iter().flat_map(Command::get_arguments);
        arguments.filter_map(|argument| argument.get_long().map(str::to_owned)).collect()
    }

    /// A path is meant from where the file of settings stands, if something is there.
    fn beside(&self, argument: &Arg, value: String) -> String {
        let is_path = matches!(argument.get_value_hint(), ValueHint::FilePath | ValueHint::AnyPath);
        let folder = Path::new(self.path).parent().filter(|folder| !folder.as_os_str().is_empty());
        let beside: Option<PathBuf> = folder.filter(|_| is_path).map(|folder| folder.join(&value));
        match beside.filter(|path| path.exists()) {
            Some(path) => path.to_string_lossy().into_owned(),
            None => value,
        }
    }
}

/// What a column of a session report can be said to be.
fn column_part(target: &str) -> Option<Part> {
    Part::named(target).filter(|part| matches!(part, Part::Time | Part::Figure(_)))
}

/// The columns among the names of the file; an event of the same name stays one.
fn own_columns(table: &DeTable<'_>) -> Vec<(Part, String)> {
    let Some(DeValue::Table(map)) = table.get(draft::NAMES).map(Spanned::get_ref) else {
        return Vec::new();
    };
    let column = |(name, target): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = Spanned::get_ref(name);
        Some((column_part(target.get_ref().as_str()?)?, name.to_string()))
    };
    map.iter().filter_map(column).collect()
}

/// A command and those below it.
fn everything(command: &Command) -> Vec<&Command> {
    let mut commands = vec![command];
    commands.extend(command.get_subcommands().flat_map(everything));
    commands
}

/// Whether a command line lacks nothing but the files.
fn lacks_files_alone(error: &clap::Error) -> bool {
    let names = FILES.map(|name| format!("<{}>", name.to_uppercase()));
    let lacks = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(lacks)) => lacks.as_slice(),
        _ => &[],
    };
    error.kind() == ErrorKind::MissingRequiredArgument
        && matches!(lacks, [one] if names.iter().any(|name| one.starts_with(name)))
}

/// The command that a command line names.
struct Called<'c> {
    /// Where its own words begin.
    place: usize,
    command: &'c Command,
    /// The name of the one that it is below, else its own: `calc` for `funnel calc interval`.
    outer: &'c str,
}

fn command_of<'c>(root: &'c Command, typed: &[OsString]) -> Option<Called<'c>> {
    let named = |command: &'c Command, from: usize| {
        let words = typed.iter().enumerate().skip(from);
        words.filter_map(|(place, word)| Some((place + 1, word.to_str()?))).find_map(
            |(place, word)| {
                command
                    .get_subcommands()
                    .find(|below| below.get_name() == word)
                    .map(|below| (place, below))
            },
        )
    };
    let (place, command) = named(root, 1)?;
    let outer = command.get_name();
    let below = named(command, place).filter(|(next, _)| *next == place + 1);
    let (place, command) = below.unwrap_or((place, command));
    Some(Called { place, command, outer })
}

/// Whether a long option stands among the words: `--map x`, `--map=x`.
pub(super) fn is_typed_long(option: &'static str, words: &[OsString]) -> bool {
    is_typed(&Arg::new(option).long(option), words)
}

/// Whether an option stands among the words: `--by x`, `--by=x`, `-f x`, `-fx`, `-qf x`.
fn is_typed(argument: &Arg, words: &[OsString]) -> bool {
    let words = words.iter().map(|word| word.to_string_lossy().into_owned());
    words.take_while(|word| word != "--").any(|word| {
        if let Some(long) = word.strip_prefix("--") {
            return argument.get_long() == Some(long.split('=').next().unwrap_or(long));
        }
        let Some(shorts) = word.strip_prefix('-') else { return false };
        // Only `-q` takes no value; what stands behind any other letter is its value.
        let flags = shorts.chars().take_while(|letter| *letter == 'q').count();
        argument.get_short().is_some_and(|short| shorts.chars().take(flags + 1).any(|s| s == short))
    })
}

fn variable_of(option: &str) -> String {
    format!("{VARIABLES}{}", option.replace('-', "_").to_uppercase())
}

fn from_environment(option: &str) -> Option<Vec<String>> {
    variable(&variable_of(option)).map(|value| vec![value])
}

/// A value as options write it; `None` for tables and dates.
fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::String(text) => Some(vec![text.to_string()]),
        DeValue::Integer(number) => Some(vec![number.to_string()]),
        DeValue::Float(number) => Some(vec![number.to_string()]),
        DeValue::Boolean(is_set) => Some(vec![is_set.to_string()]),
        DeValue::Array(values) => {
            let values: Option<Vec<Vec<String>>> =
                values.iter().map(|value| texts(value.get_ref())).collect();
            values.map(|values| values.concat())
        }
        DeValue::Datetime(at) => Some(vec![at.to_string()]),
        DeValue::Table(_) => None,
    }
}
