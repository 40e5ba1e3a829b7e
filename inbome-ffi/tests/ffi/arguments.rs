//! Every function of the header with NULL, invalid UTF-8, empty and maximal arguments, position by
//! position. The C program is made from the header, so that no function can be forgotten.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::built::Program;
use crate::prototypes::{Parameter, Prototype, functions};

#[test]
fn a_missing_required_argument_is_refused_before_anything_happens() {
    let (mut refused, mut fine) = (String::new(), String::new());
    let mut count = 0;
    for f in tested() {
        for (at, parameter) in f.parameters.iter().enumerate() {
            let Some(nothing) = nothing(parameter) else { continue };
            let calls = if parameter.optional { &mut fine } else { &mut refused };
            call(calls, &f, at, nothing, &expectation(&f, parameter));
            count += 1;
        }
    }
    assert!(count > 250, "only {count} positions");
    let generation =
        |into| format!("CHECK_OK(engine, inbome_engine_generation(engine, &{into}));\n");
    let calls = format!(
        "    int64_t before = 0, after = 0;\n    {}{refused}    {}    CHECK(before == after);\n{fine}",
        generation("before"),
        generation("after")
    );
    program("nothing", &calls).run_under_valgrind(&[]);
}

#[test]
fn texts_that_are_not_utf8_are_refused() {
    let mut calls = String::new();
    for f in tested() {
        for (at, parameter) in f.parameters.iter().enumerate() {
            if parameter.kind == "const char *" && f.returns == "inbome_result" {
                call(&mut calls, &f, at, "\"\\xff\\xfe\"", "== INBOME_RESULT_NOT_UTF8");
            }
        }
    }
    program("not_utf8", &calls).flags(&SANITIZERS).run();
}

#[test]
fn empty_and_maximal_arguments_are_answered() {
    let mut calls = String::new();
    for f in tested() {
        for (at, parameter) in f.parameters.iter().enumerate() {
            for value in extremes(parameter) {
                let fine =
                    if f.returns == "inbome_result" { "< INBOME_RESULT_INTERNAL" } else { "" };
                call(&mut calls, &f, at, value, fine);
            }
        }
    }
    program("extremes", &calls).flags(&SANITIZERS).run();
}

const SANITIZERS: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// Every function but the destructors of objects that later calls need; those get NULL below.
fn tested() -> Vec<Prototype> {
    functions().into_iter().filter(|f| !f.parameters.is_empty()).collect()
}

fn is_destructor(f: &Prototype) -> bool {
    f.name.ends_with("_free")
}

fn nothing(parameter: &Parameter) -> Option<&'static str> {
    match parameter.kind.as_str() {
        "inbome_bytes" => Some("(inbome_bytes){NULL, 1}"),
        _ if parameter.is_pointer() || parameter.is_callback() => Some("NULL"),
        _ => None,
    }
}

fn expectation(f: &Prototype, parameter: &Parameter) -> String {
    let fails = f.returns == "inbome_result";
    match (fails, parameter.optional) {
        (true, false) => "== INBOME_RESULT_NULL_ARGUMENT".into(),
        (true, true) => "!= INBOME_RESULT_NULL_ARGUMENT".into(),
        // The empty text, or the name of nothing.
        _ if f.name == "inbome_engine_error" || f.returns == "void" => String::new(),
        _ if f.returns == "inbome_bytes" => ".data == NULL".into(),
        _ if f.returns == "int64_t" => "== INBOME_TIME_UNKNOWN".into(),
        _ => "== 0".into(),
    }
}

fn extremes(parameter: &Parameter) -> &'static [&'static str] {
    match parameter.kind.as_str() {
        "const char *" => &["\"\"", "long_text", "\"a@b\\n\"", "\"/dev/null/x\""],
        "inbome_bytes" => &[
            "(inbome_bytes){NULL, 0}",
            "(inbome_bytes){zeros, sizeof zeros}",
            "(inbome_bytes){zeros, SIZE_MAX}",
        ],
        "int32_t" | "inbome_result" => &["0", "-1", "INT32_MAX", "INT32_MIN"],
        "int64_t" => &["0", "-1", "INT64_MAX", "INT64_MIN"],
        "size_t" => &["SIZE_MAX", "0"],
        _ => &[],
    }
}

/// One call with `value` at position `at` and something valid everywhere else.
fn call(text: &mut String, f: &Prototype, at: usize, value: &str, expected: &str) {
    if is_destructor(f) && value != "NULL" {
        return;
    }
    let (mut before, mut after) = (String::new(), String::new());
    let mut arguments = Vec::new();
    for (position, parameter) in f.parameters.iter().enumerate() {
        if position == at {
            arguments.push(value.to_owned());
        } else if parameter.is_owning_output() && parameter.kind.ends_with("**") {
            let object = parameter.kind.trim_end_matches(" **");
            let name = &parameter.name;
            let _ = write!(before, "{object} *out_{name} = ({object} *)zeros; ");
            let _ = write!(after, "{object}_free(out_{name}); ");
            if expected == "== INBOME_RESULT_NULL_ARGUMENT" {
                let _ = write!(after, "CHECK(out_{name} == NULL); ");
            }
            arguments.push(format!("&out_{name}"));
        } else if parameter.is_owning_output() {
            let name = &parameter.name;
            let _ = write!(before, "inbome_buffer out_{name} = {{(uint8_t *)zeros, 1}}; ");
            let _ = write!(after, "inbome_buffer_free(&out_{name}); ");
            arguments.push(format!("&out_{name}"));
        } else {
            arguments.push(valid(parameter));
        }
    }
    let name = &f.name;
    let arguments = arguments.join(", ");
    let line = match (f.returns.as_str(), expected) {
        ("void", _) => format!("{name}({arguments});"),
        ("inbome_bytes", "") => format!("(void){name}({arguments});"),
        (_, "") => format!("(void){name}({arguments});"),
        (_, ".data == NULL") => format!("CHECK({name}({arguments}).data == NULL);"),
        (_, expected) => format!("CHECK({name}({arguments}) {expected});"),
    };
    let _ = writeln!(text, "    {{ {before}{line} {after}}}");
}

fn valid(parameter: &Parameter) -> String {
    let text = match parameter.name.as_str() {
        "path" => "\"/dev/null/inbome\"",
        "fingerprint" => "\"0123456789ABCDEF0123456789ABCDEF01234567\"",
        _ => "\"alice@example.org\"",
    };
    match parameter.kind.as_str() {
        "const char *" => text.into(),
        "inbome_bytes" => "bytes_of(\"From: bob@example.org\\n\\n\")".into(),
        "inbome_engine *" => "engine".into(),
        "int32_t *" => "&number".into(),
        "int64_t *" => "&big".into(),
        "void *" => "NULL".into(),
        "int32_t" | "inbome_result" => "1".into(),
        "int64_t" => "1".into(),
        "size_t" => "0".into(),
        kind if kind.ends_with("_callback") => "NULL".into(),
        kind if kind.ends_with('*') => {
            kind.trim_start_matches("const ").trim_end_matches(" *").replace("inbome_", "an_")
        }
        kind => panic!("{}: no valid {kind} is known", parameter.name),
    }
}

/// Objects of every kind, the calls, and that nothing changed where nothing may.
fn program(name: &str, calls: &str) -> Program {
    let kinds: BTreeSet<String> = functions()
        .iter()
        .flat_map(|f| f.parameters.clone())
        .filter(|p| p.is_pointer() && p.kind.contains("inbome_") && !p.is_output())
        .map(|p| p.kind.replace("const ", "").replace(" *", ""))
        .collect();
    let made: BTreeSet<String> =
        functions().iter().filter(|f| f.is_constructor()).map(|f| f.name.clone()).collect();
    let (mut make, mut free) = (String::new(), String::new());
    for kind in
        kinds.iter().filter(|kind| !["inbome_engine", "inbome_buffer"].contains(&kind.as_str()))
    {
        let variable = kind.replace("inbome_", "an_");
        let by = if made.contains(&format!("{kind}_new")) {
            format!("{kind} *{variable} = {kind}_new();")
        } else {
            let _ = writeln!(make, "    {kind} *{variable} = NULL;");
            fallible(kind)
        };
        let _ = writeln!(make, "    {by}\n    CHECK({variable});");
        let _ = writeln!(free, "    {kind}_free({variable});");
    }
    let text = format!(
        "#include \"check.h\"\nstatic char long_text[1 << 20];\nstatic const uint8_t zeros[1 << 20];\n\
         int main(void) {{\n    memset(long_text, 'a', sizeof long_text - 1);\n    int32_t number = 0;\n    \
         int64_t big = 0;\n    (void)number, (void)big, (void)zeros;\n    inbome_engine *engine = NULL;\n    \
         CHECK_OK(NULL, inbome_engine_open_in_memory(NULL, &engine));\n    \
         CHECK_OK(engine, inbome_account_create(engine, \"alice@example.org\", NULL, NULL));\n\
         {make}{calls}{free}    inbome_engine_free(engine);\n    \
         CHECK(inbome_guarded_panics() == 0);\n    return 0;\n}}\n"
    );
    let folder = crate::built::root().join("inbome-ffi/tests/c");
    Program::c(&format!("arguments_{name}"), &text).flags(&[
        "-std=c99",
        "-I",
        folder.to_str().unwrap(),
    ])
}

/// How an object comes about that has no constructor.
fn fallible(kind: &str) -> String {
    let call = match kind {
        "inbome_account" => "inbome_account_get(engine, NULL, &an_account)",
        "inbome_account_iter" => "inbome_accounts(engine, &an_account_iter)",
        "inbome_advice" => "inbome_look(other_scan, \"alice@example.org\", &an_advice)",
        "inbome_decrypted" => "inbome_decrypt(engine, NULL, bytes_of(\"x\"), &an_decrypted)",
        "inbome_draft" => {
            "inbome_draft_encrypt(engine, NULL, bytes_of(\"From: alice@example.org\\n\\nHi\\n\"), NULL, \
             &an_draft)"
        }
        "inbome_backup" => "inbome_backup_create(engine, NULL, &an_backup)",
        "inbome_incoming" => {
            "inbome_process_incoming(engine, NULL, bytes_of(\"From: bob@example.org\\nDate: Sat, 17 \
             Dec 2016 08:58:05 +0000\\n\\n\"), NULL, &an_incoming)"
        }
        "inbome_key" => {
            "inbome_get_encrypt_key(engine, NULL, \"alice@example.org\", &an_key, NULL)"
        }
        "inbome_opened" => {
            "inbome_open_entity(engine, NULL, bytes_of(\"\\nHi\\n\"), NULL, &an_opened)"
        }
        "inbome_sealed" => {
            "inbome_seal(engine, NULL, bytes_of(\"\\nHi\\n\"), an_header, self, NULL, &an_sealed)"
        }
        "inbome_key_iter" => "inbome_account_keys(engine, NULL, &an_key_iter)",
        "inbome_outgoing" => {
            "inbome_process_outgoing(engine, NULL, bytes_of(\"From: alice@example.org\\n\\n\"), NULL, \
             &an_outgoing)"
        }
        "inbome_peer" => "inbome_peer_get(engine, NULL, \"bob@example.org\", &an_peer)",
        "inbome_peer_iter" => "inbome_peers(engine, NULL, INBOME_PEERS_ALL, &an_peer_iter)",
        "inbome_recommendation" => {
            "inbome_recommend(engine, NULL, nobody, NULL, &an_recommendation)"
        }
        "inbome_scan" => "inbome_scan_open(engine, \"/dev/null/inbome\", &an_scan)",
        other => panic!("nothing makes an {other}"),
    };
    match kind {
        "inbome_advice" => format!(
            "inbome_scan *other_scan = NULL;\n    \
             CHECK_OK(engine, inbome_scan_open(engine, \"/dev/null/inbome\", &other_scan));\n    \
             CHECK_OK(engine, {call});\n    inbome_scan_free(other_scan);"
        ),
        "inbome_recommendation" => format!(
            "inbome_recipients *nobody = inbome_recipients_new();\n    CHECK_OK(engine, {call});\n    \
             inbome_recipients_free(nobody);"
        ),
        "inbome_sealed" => format!(
            "inbome_recipients *self = inbome_recipients_new();\n    \
             CHECK_OK(NULL, inbome_recipients_add(self, INBOME_KIND_TO, \"alice@example.org\"));\n    \
             CHECK_OK(engine, {call});\n    inbome_recipients_free(self);"
        ),
        _ => format!("CHECK_OK(engine, {call});"),
    }
}
