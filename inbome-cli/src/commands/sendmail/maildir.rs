//! A copy of a mail for a Maildir: written before the mail is sent, so that a full disk is known in
//! time, and put in place after it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use inbome_core::clock::Timestamp;
use inbome_core::random::{SecureRandom, SystemRandom};

use crate::exit::Failure;
use crate::output;

/// A mail that is written, and not in place yet. Dropped, it leaves nothing behind.
pub(super) struct Kept {
    written: Option<PathBuf>,
    place: PathBuf,
}

impl Kept {
    /// Writes a mail into the `tmp` of a Maildir, which is made if there is nothing at `maildir`.
    pub(super) fn write(maildir: &Path, mail: &[u8], now: Timestamp) -> Result<Self, Failure> {
        if !maildir.exists() {
            make(maildir)?;
        }
        if !["tmp", "new", "cur"].iter().all(|name| maildir.join(name).is_dir()) {
            return Err(Failure::Usage(format!(
                "expected a Maildir, with tmp, new and cur in it, found {}",
                maildir.display()
            )));
        }
        let mut octets = [0_u8; 8];
        let random = SystemRandom.fill(&mut octets);
        random.map_err(|error| Failure::Io(error.to_string()))?;
        let random: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        let name = format!("{}.R{random}P{}.inbome", now.as_secs(), std::process::id());
        let written = maildir.join("tmp").join(&name);
        let place = maildir.join("cur").join(format!("{name}:2,S"));
        let failed = |error: io::Error| Failure::io("write", &written, &error);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        output::private(&mut options);
        let mut file = options.open(&written).map_err(failed)?;
        let kept = Self { written: Some(written.clone()), place };
        file.write_all(mail).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(kept)
    }

    /// Puts it in place, read already.
    pub(super) fn put(mut self) -> io::Result<PathBuf> {
        if let Some(written) = &self.written {
            fs::rename(written, &self.place)?;
        }
        self.written = None;
        if let Some(folder) = self.place.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(std::mem::take(&mut self.place))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(written) = &self.written {
            // Whatever it is, nobody looks into tmp for long.
            let _ = fs::remove_file(written);
        }
    }
}

fn make(maildir: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    private_folder(&mut builder);
    for name in ["tmp", "new", "cur"] {
        let path = maildir.join(name);
        builder.create(&path).map_err(|error| Failure::io("create", &path, &error))?;
    }
    Ok(())
}

#[cfg(unix)]
fn private_folder(builder: &mut fs::DirBuilder) {
    use std::os::unix::fs::DirBuilderExt;
    builder.mode(0o700);
}

#[cfg(not(unix))]
fn private_folder(_: &mut fs::DirBuilder) {}
