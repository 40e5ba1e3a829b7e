//! C programs against the library, as its users write them, under valgrind and the sanitizers.

use crate::built::Program;

const SANITIZERS: [&str; 3] =
    ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

fn c_test(name: &str) -> Program {
    let folder = crate::built::root().join("inbome-ffi/tests/c");
    Program::file(&format!("inbome-ffi/tests/c/{name}.c")).flags(&[
        "-std=gnu99",
        "-pthread",
        "-I",
        folder.to_str().unwrap(),
    ])
}

#[test]
fn a_mail_program_learns_and_is_advised() {
    c_test("mails").flags(&SANITIZERS).run();
    c_test("mails").run_under_valgrind(&[]);
}

#[test]
fn mails_are_encrypted_read_drafted_and_sealed() {
    c_test("messages").flags(&SANITIZERS).run();
    c_test("messages").run_under_valgrind(&[]);
}

#[test]
fn a_key_keeps_its_passphrase_and_is_renewed() {
    let file = crate::built::root().join("tests/keys/locked.sec.asc");
    let file = format!("-DKEY_FILE=\"{}\"", file.display());
    let told = [file.as_str(), "-DPASSPHRASE=\"correct horse\""];
    // A passphrase costs time on purpose, under valgrind minutes.
    c_test("locked").flags(&told).flags(&SANITIZERS).run();
}

#[test]
fn keys_go_into_a_backup_message_and_come_back() {
    // A code costs time on purpose, under valgrind minutes.
    c_test("backup").flags(&SANITIZERS).run();
}

#[test]
fn a_maildir_is_scanned_with_progress_and_cancel() {
    c_test("scanning").flags(&SANITIZERS).run();
    c_test("scanning").run_under_valgrind(&[]);
}

#[test]
fn threads_engines_and_children_do_not_disturb_each_other() {
    c_test("together").flags(&SANITIZERS).run();
    // The child leaves its parent's engine alone, which valgrind takes for a leak; in the parent
    // the sanitizer above looks for those.
    c_test("together").flags(&["-DROUNDS=5"]).run_under_valgrind(&["--leak-check=no"]);
}

#[test]
fn a_child_and_its_parent_keep_what_either_learns() {
    // A child ends in the midst of its parent's work: what that holds is no leak.
    c_test("forked").run_under_valgrind(&["--leak-check=no"]);
    c_test("forked").flags(&SANITIZERS).run();
}

#[test]
fn ten_thousand_engines_leave_nothing_behind() {
    c_test("cycles").run();
    c_test("cycles").flags(&["-DCYCLES=500"]).flags(&SANITIZERS).run();
    c_test("cycles").flags(&["-DCYCLES=100"]).run_under_valgrind(&[]);
}

#[test]
fn a_panic_is_caught_counted_and_not_printed() {
    let before = inbome::inbome_guarded_panics();
    assert!(inbome::panics_when_asked());
    assert_eq!(inbome::inbome_guarded_panics(), before + 1);
}
