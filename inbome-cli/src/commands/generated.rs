//! `completions` and `man`: made from the same description that parses the command line.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Cli;
use crate::exit::{Done, Exit, Failure};
use crate::session::Session;

/// Prints a completion script.
pub(crate) fn completions(session: &mut Session, shell: Shell) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "inbome", &mut script);
    session.out.bytes(&script);
    Ok(Exit::Done)
}

/// Prints the main page, or writes one page per command.
pub(crate) fn man(session: &mut Session, outdir: Option<&Path>) -> Done {
    let mut command = Cli::command();
    command.build();
    let Some(outdir) = outdir else {
        let page = page(command).map_err(|error| Failure::Io(format!("man page: {error}")))?;
        session.out.bytes(&page);
        return Ok(Exit::Done);
    };
    std::fs::create_dir_all(outdir).map_err(|error| Failure::io("create", outdir, &error))?;
    write_pages(command, outdir)?;
    Ok(Exit::Done)
}

fn write_pages(command: clap::Command, outdir: &Path) -> Result<(), Failure> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    for subcommand in command.get_subcommands() {
        write_pages(subcommand.clone(), outdir)?;
    }
    let path = outdir.join(format!("{name}.1"));
    let write = |command| std::fs::write(&path, page(command)?);
    write(command.name(leaked(name))).map_err(|error| Failure::io("write", &path, &error))
}

fn page(command: clap::Command) -> std::io::Result<Vec<u8>> {
    let mut roff = Vec::new();
    Man::new(command).render(&mut roff)?;
    Ok(roff)
}

/// clap wants names that live as long as the program; there are a few dozen of them, once.
fn leaked(name: String) -> &'static str {
    Box::leak(name.into_boxed_str())
}
