//! What `make install` puts in place is enough for C programs, and `make uninstall` takes it away.
//!
//! The library and the command are those that cargo builds beside this test, not a release.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::built::root;

const STRICT: &str = "-std=c99 -pedantic -Wall -Wextra -Werror";
const MAIL: &str =
    "From: alice@example.org\nDate: Sat, 17 Dec 2016 08:58:05 +0000\nUser-Agent: Elm\n\nHi\n";
const WHY: &str = "they never sent a key; last they wrote with Elm on 2016-12-17";

#[test]
fn the_examples_build_with_nothing_but_pkg_config_and_run() {
    let work = tempfile::tempdir().unwrap();
    for name in ["who", "receive", "compose", "send"] {
        compile(work.path(), &format!("{STRICT} {} -o {name} {}", example(name), SHARED));
    }
    let source = fs::read_to_string(example("who")).unwrap();
    assert!(source.lines().count() <= 40);

    let told = run(work.path(), "receive", &["home", "bob@example.org", "/dev/null"], "");
    assert_eq!(told, "/dev/null: ignored, because it names no sender\n");
    let told = run(work.path(), "who", &["home"], MAIL);
    assert_eq!(told, format!("no  alice@example.org: {WHY}\n"));
    let told = run(work.path(), "compose", &["home"], "alice@example.org\n");
    assert_eq!(told, format!("disable\n  alice@example.org: disable, {WHY}\n"));
    let told =
        run(work.path(), "send", &["home"], "From: bob@example.org\nTo: a@example.org\n\nHi\n");
    assert!(told.contains("\nAutocrypt: addr=bob@example.org;"), "{told}");
}

#[test]
fn a_mail_is_answered_encrypted_with_nothing_but_pkg_config() {
    let work = tempfile::tempdir().unwrap();
    for name in ["receive", "send", "reply", "read"] {
        compile(work.path(), &format!("{STRICT} {} -o {name} {}", example(name), SHARED));
    }
    let source = fs::read_to_string(example("reply")).unwrap();
    assert!(source.lines().count() <= 60, "{} lines", source.lines().count());
    for (home, addr) in [("alice", "alice@example.org"), ("bob", "bob@example.org")] {
        run(work.path(), "receive", &[home, addr, "/dev/null"], "");
    }
    let mail = "From: alice@example.org\nTo: bob@example.org\nSubject: an evening\n\
                Message-ID: <1@example.org>\nDate: Sat, 17 Dec 2016 08:58:05 +0000\n\nCome?\n";
    let mail = run(work.path(), "send", &["alice"], mail);
    let answer = run(work.path(), "reply", &["bob"], &mail);
    assert!(answer.contains("\r\nSubject: [...]\r\n"), "{answer}");
    assert!(!answer.contains("I have your mail"), "{answer}");
    let shown = run(work.path(), "read", &["alice"], &answer);
    for line in [
        "Encryption: encrypted\nWritten by: bob@example.org, so the mail says, with a key that is new\n\n",
        "\nSubject: Re: an evening\r\nIn-Reply-To: <1@example.org>\r\n",
        "\r\n\r\nI have your mail.\r\n",
    ] {
        assert!(shown.contains(line), "expected {line:?}, found {shown}");
    }
    // The answer to that is encrypted too, and Bob reads its quotation of the hidden Subject.
    let again = run(work.path(), "reply", &["alice"], &answer);
    let shown = run(work.path(), "read", &["bob"], &again);
    assert!(shown.contains("\nSubject: Re: Re: an evening\r\n"), "{shown}");
}

#[test]
fn the_ten_lines_of_the_readme_work_as_pasted() {
    let work = tempfile::tempdir().unwrap();
    let code = c_code("bindings/c/README.md");
    assert!(code.lines().count() <= 10, "{} lines", code.lines().count());
    fs::write(work.path().join("ten.c"), code).unwrap();
    fs::write(work.path().join("mail.eml"), MAIL).unwrap();
    compile(work.path(), &format!("{STRICT} ten.c -o ten {SHARED}"));
    assert_eq!(run(work.path(), "ten", &[], ""), format!("{WHY}\n"));
}

#[test]
fn the_c_of_the_projects_readme_works_as_pasted() {
    let work = tempfile::tempdir().unwrap();
    init(work.path());
    fs::write(work.path().join("prog.c"), c_code("README.md")).unwrap();
    compile(work.path(), &format!("{STRICT} prog.c -o prog {SHARED}"));
    assert_eq!(run(work.path(), "prog", &["carol@example.org"], ""), "never_seen\n");
}

#[test]
fn the_shell_of_the_projects_readme_works_as_pasted() {
    let work = tempfile::tempdir().unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("## From the shell\n\n```sh\n").unwrap();
    let (pasted, _) = rest.split_once("```").unwrap();
    for folder in ["cur", "new", "tmp"] {
        fs::create_dir_all(work.path().join("Maildir").join(folder)).unwrap();
    }
    let draft = "From: you@example.org\nTo: bob@example.org\n\nHi\n";
    let new = MAIL.replace("alice@", "carol@");
    for (name, mail) in [
        ("Maildir/cur/1:2,S", MAIL),
        ("new-mail.eml", &new),
        ("draft.eml", draft),
        ("encrypted.eml", MAIL),
    ] {
        fs::write(work.path().join(name), mail).unwrap();
    }
    let mut path = crate::built::command().parent().unwrap().as_os_str().to_owned();
    path.push(":/usr/bin:/bin");
    let output = Command::new("sh")
        .args(["-eu", "-c", pasted])
        .current_dir(&work)
        .env_clear()
        .env("HOME", work.path())
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{}: {told}{errors}", output.status);
    let expected = ["bob@example.org", "carol@example.org", "Autocrypt: addr=you@example.org;"];
    for words in expected {
        assert!(told.contains(words), "expected {words}, found {told}{errors}");
    }
}

#[test]
fn the_pieces_of_the_tutorial_are_one_program() {
    let work = tempfile::tempdir().unwrap();
    fs::write(work.path().join("mua.c"), c_code("docs/c-tutorial.md")).unwrap();
    compile(work.path(), &format!("{STRICT} mua.c -o mua {SHARED}"));
    let told = run(work.path(), "mua", &["home"], "");
    let expected = [
        "alice@example.org: they never sent a key; last they wrote on 2016-12-17\nlock: none\n",
        "RCPT TO:<alice@example.org>\nRCPT TO:<carol@example.org>\nDATA, ",
        "in the clear: encryption is not recommended for these recipients\nfrom whoever\n",
        "lock: closed\nRCPT TO:<alice@example.org>\nDATA, ",
        "encrypted, surely from bob@example.org\n",
        "Subject: for your eyes\r\n",
    ];
    for words in expected {
        assert!(told.contains(words), "expected {words}, found {told}");
    }
}

#[test]
fn a_program_can_be_linked_statically_as_the_tutorial_says() {
    let tutorial = fs::read_to_string(root().join("docs/c-tutorial.md")).unwrap();
    for (name, flags) in [
        (
            "archive",
            "$(pkg-config --static --cflags --libs inbome | sed s/-linbome/-l:libinbome.a/)",
        ),
        // The linker warns of functions of glibc's that the library does not call.
        ("nothing-shared", "$(pkg-config --static --cflags --libs inbome)"),
    ] {
        assert!(tutorial.contains(&format!("you.c {flags}")), "{flags}");
        let whole = if name == "archive" { "" } else { "-static -Wl,--no-warnings" };
        let work = tempfile::tempdir().unwrap();
        compile(work.path(), &format!("{whole} {} -o who {flags}", example("who")));
        let needed = Command::new("readelf").args(["-d", "who"]).current_dir(&work).output();
        let needed = String::from_utf8(needed.unwrap().stdout).unwrap();
        assert!(!needed.contains("libinbome"), "{name}: {needed}");
        assert_eq!(needed.contains("NEEDED"), name == "archive", "{name}: {needed}");
        init(work.path());
        assert!(run(work.path(), "who", &["home"], MAIL).contains(WHY), "{name}");
    }
}

#[test]
fn cmake_finds_both_libraries_and_only_versions_that_fit() {
    let work = tempfile::tempdir().unwrap();
    let who = example("who");
    let list = format!(
        "cmake_minimum_required(VERSION 3.13)\nproject(who C)\nfind_package(Inbome 0.1 REQUIRED)\n\
         add_executable(who {who})\ntarget_link_libraries(who Inbome::Inbome)\n\
         add_executable(who-static {who})\ntarget_link_libraries(who-static Inbome::Static)\n\
         find_package(Inbome 99 QUIET)\nif(Inbome_FOUND)\n  message(FATAL_ERROR \"99\")\nendif()\n"
    );
    fs::write(work.path().join("CMakeLists.txt"), list).unwrap();
    let prefix = format!("-DCMAKE_PREFIX_PATH={}", prefix().display());
    for arguments in [&["-S", ".", "-B", "built", prefix.as_str()][..], &["--build", "built"]] {
        let output = Command::new("cmake").args(arguments).current_dir(&work).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
    init(work.path());
    for name in ["built/who", "built/who-static"] {
        assert!(run(work.path(), name, &["home"], MAIL).contains(WHY), "{name}");
    }
}

#[test]
fn destdir_is_in_no_file_and_uninstalling_leaves_nothing() {
    let stage = tempfile::tempdir().unwrap();
    let destdir = format!("DESTDIR={}", stage.path().display());
    for settings in [&["PREFIX=/opt/inbome"][..], &["PREFIX=/usr", "LIBDIR=/usr/lib/some-arch"]] {
        put(&["put-lib", "put-command"], &[settings, &[&destdir]].concat());
        let files = files_below(stage.path());
        let small = files.iter().filter(|path| fs::metadata(path).unwrap().len() < 1 << 16);
        for path in small {
            let text = fs::read(path).unwrap();
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains(stage.path().to_str().unwrap()), "{}", path.display());
            assert!(!text.contains('@') || !text.contains("PREFIX@"), "{}", path.display());
        }
        let names: BTreeSet<&str> =
            files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        for name in ["libinbome.so.0", "libinbome.a", "inbome.h", "inbome.pc", "InbomeConfig.cmake"]
        {
            assert!(names.contains(name), "{name} in {names:?}");
        }
        for name in ["inbome", "inbome.1", "inbome-scan.1", "_inbome", "inbome.fish"] {
            assert!(names.contains(name), "{name} in {names:?}");
        }
        put(&["uninstall"], &[settings, &[&destdir]].concat());
        assert_eq!(files_below(stage.path()), Vec::<PathBuf>::new());
    }
    // Below a PREFIX of one's own no folder stays either; the system's stay.
    assert!(!stage.path().join("opt/inbome/lib").exists());
    assert!(stage.path().join("usr/bin").exists());
}

#[test]
fn a_prefix_that_pkg_config_cannot_carry_is_refused() {
    for setting in ["PREFIX=/opt/my inbome", "PREFIX=/opt/inbome ", "LIBDIR=/opt/my lib"] {
        let output = Command::new("make")
            .current_dir(root())
            .args(["-n", "-f", "inbome-ffi/install.mk", "put-lib", setting])
            .output()
            .unwrap();
        assert!(!output.status.success(), "{setting}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("without blanks"), "{said}");
    }
}

const SHARED: &str = "$(pkg-config --cflags --libs inbome)";

fn example(name: &str) -> String {
    root().join(format!("bindings/c/examples/{name}.c")).display().to_string()
}

/// All blocks of C in a document, one after another.
fn c_code(document: &str) -> String {
    let text = fs::read_to_string(root().join(document)).unwrap();
    text.split("```c\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// An account to learn for.
fn init(work: &Path) {
    compile(work, &format!("{} -o receive {SHARED}", example("receive")));
    run(work, "receive", &["home", "bob@example.org", "/dev/null"], "");
}

fn compile(work: &Path, arguments: &str) {
    let status = Command::new("sh")
        .args(["-c", &format!("cc {arguments}")])
        .current_dir(work)
        .env("PKG_CONFIG_PATH", prefix().join("lib/pkgconfig"))
        .status();
    assert!(status.unwrap().success(), "cc {arguments}");
}

fn run(work: &Path, name: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(work.join(name))
        .current_dir(work)
        .args(arguments)
        .env("LD_LIBRARY_PATH", prefix().join("lib"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{name}: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// A folder into which the library was installed, for all tests here.
fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    let install = || {
        let folder = crate::built::work_folder().join("prefix");
        let _ = fs::remove_dir_all(&folder);
        put(&["put-lib"], &[&format!("PREFIX={}", folder.display())]);
        folder
    };
    PREFIX.get_or_init(install)
}

/// `make install` without its build in release, which takes minutes.
fn put(targets: &[&str], settings: &[&str]) {
    let work = tempfile::tempdir().unwrap();
    let status = Command::new("make")
        .current_dir(root())
        .args(["-s", "-f", "inbome-ffi/install.mk"])
        .args(targets)
        .arg(format!("INBOME_TARGET={}", crate::built::command().parent().unwrap().display()))
        .arg(format!("INBOME_ARCHIVE={}", crate::built::archive().display()))
        .arg(format!("INBOME_SHARED={}", work.path().join("libinbome.so").display()))
        .args(settings)
        .status();
    assert!(status.unwrap().success(), "{targets:?}");
}

/// All that is no folder, links too.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => files.extend(files_below(&entry.path())),
            false => files.push(entry.path()),
        }
    }
    files
}
