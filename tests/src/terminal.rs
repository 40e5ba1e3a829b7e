//! A terminal with neomutt or mutt in it, driven as a person would.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A program that runs until it is dropped.
pub struct Terminal(String);

impl Terminal {
    /// Starts neomutt over the file `rc` in `dir`, which is its home.
    pub fn start(dir: &Path) -> Self {
        Self::run(&format!(
            "HOME={0} GNUPGHOME={0}/none LC_ALL=C TERM=screen neomutt -n -F {0}/rc",
            dir.display()
        ))
    }

    /// Starts a program by a line of shell.
    pub fn run(shell: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let terminal = Self(format!("inbome-test-{}-{number}", std::process::id()));
        // Without -u tmux shows other letters than ASCII as `_`.
        let window = ["new-session", "-d", "-x", "100", "-y", "50", shell];
        terminal.tmux(&[&["-u", "-f", "/dev/null"], &window[..]].concat());
        terminal
    }

    /// Lets neomutt make its Autocrypt account with a new key, up to its last question.
    pub fn make_account(&self) {
        self.answer("Create it?", "y");
        self.answer("Create an initial autocrypt account?", "y");
        self.answer("Autocrypt account address:", "Enter");
        self.answer("(c)reate new", "c");
        self.answer("Prefer encryption?", "y");
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output = Command::new("tmux").args(["-L", &self.0]).args(arguments).output();
        let output = output.expect("tmux must be installed");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Waits until the screen shows `text`, and gives the screen.
    pub fn wait_for(&self, text: &str) -> String {
        let mut screen = String::new();
        for _ in 0..600 {
            screen = self.tmux(&["capture-pane", "-p"]);
            if screen.contains(text) {
                return screen;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the screen did not show {text:?}: {screen}");
    }

    /// Waits for a question, and answers it with one key.
    pub fn answer(&self, question: &str, key: &str) {
        self.wait_for(question);
        self.tmux(&["send-keys", key]);
    }

    /// Waits for a question, and answers it with a line.
    pub fn type_line(&self, question: &str, line: &str) {
        self.wait_for(question);
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

/// Makes an empty Maildir.
pub fn make_maildir(path: &Path) {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(path.join(part)).expect("a folder");
    }
}

/// A configuration with Autocrypt in the folder `autocrypt` and mail in `Mail`; `more` follows.
pub fn write_rc(dir: &Path, from: &str, more: &str) {
    let rc = format!(
        "set from={from}\nset realname=Alice\nset folder={0}/Mail\nset spoolfile={0}/Mail\n\
         set mbox_type=Maildir\nset crypt_use_gpgme=yes\nset autocrypt=yes\n\
         set autocrypt_dir={0}/autocrypt\nset sleep_time=0\nset header_cache=\"\"\nset quit=yes\n\
         {more}",
        dir.display()
    );
    fs::write(dir.join("rc"), rc).expect("written");
}
