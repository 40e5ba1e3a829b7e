//! The header is what cbindgen makes of the code, compiles alone, documents itself and lies nowhere.
//!
//! `INBOME_BLESS=1` rewrites `include/inbome.h` and the list of symbols.

use std::fs;
use std::process::Command;

use crate::built::{Program, root};
use crate::prototypes::{Prototype, functions};

/// The order of the header: what is needed first comes first.
const FILES: [&str; 51] = [
    "version",
    "result",
    "time",
    "bytes",
    "guard",
    "codes",
    "reason",
    "engine_options",
    "facts/engine_options",
    "engine",
    "account_options",
    "facts/account_options",
    "account",
    "facts/account",
    "key",
    "facts/key",
    "own_keys",
    "receipt",
    "facts/receipt",
    "decrypted",
    "facts/decrypted",
    "incoming",
    "facts/incoming",
    "observation",
    "facts/observation",
    "recipients",
    "facts/recipients",
    "reply",
    "facts/reply",
    "recommendation",
    "facts/recommendation",
    "draft",
    "facts/draft_state",
    "facts/draft",
    "outgoing_options",
    "facts/outgoing_options",
    "outgoing",
    "facts/outgoing",
    "header",
    "facts/header",
    "entity",
    "facts/sealed",
    "facts/opened",
    "peer",
    "facts/peer",
    "scan",
    "facts/scan",
    "advice",
    "facts/advice",
    "backup",
    "facts/backup",
];

#[test]
fn the_header_is_what_the_code_says() {
    same_as_committed("include/inbome.h", &generated());
}

#[test]
fn the_getters_and_setters_are_as_declared() {
    let mut command = Command::new("python3");
    command.arg(root().join("inbome-ffi/facts/write.py"));
    if std::env::var_os("INBOME_BLESS").is_some() {
        command.arg("--write");
    }
    let told = command.output().unwrap();
    let text = String::from_utf8_lossy(&told.stdout) + String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{text}: python3 inbome-ffi/facts/write.py --write");
}

#[test]
fn the_list_of_symbols_is_that_of_the_header() {
    let mut names: Vec<String> = functions().into_iter().map(|f| f.name + "\n").collect();
    names.sort();
    same_as_committed("include/inbome.symbols", &names.concat());
}

#[test]
fn the_header_compiles_alone_as_c99_and_as_cpp11() {
    let only = "#include <inbome.h>\nint main(void) { return 0; }\n";
    let strict = ["-pedantic", "-Wall", "-Wextra", "-Werror"];
    Program::c("alone", only).flags(&["-std=c99"]).flags(&strict).compile();
    Program::cpp("alone", only).flags(&["-std=c++11"]).flags(&strict).compile();
}

#[test]
fn the_tutorial_compiles_as_it_stands_and_runs() {
    let header = crate::built::header();
    let (_, rest) = header.split_once("<tutorial>\n").unwrap();
    let (code, _) = rest.split_once(" * </tutorial>").unwrap();
    let code: Vec<&str> = code.lines().map(|line| line.get(3..).unwrap_or("")).collect();
    assert!((40..=70).contains(&code.len()), "{} lines", code.len());
    let strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"];
    let told =
        Program::c("tutorial", &(code.join("\n") + "\n")).flags(&strict).linked_statically().run();
    assert!(told.contains("learnt from alice@example.org"), "{told}");
    assert!(told.contains("alice@example.org: you both ask for encryption"), "{told}");
    assert!(told.contains("\nAutocrypt: addr=alice@example.org;"), "{told}");
    assert!(told.contains("encrypted; signature valid\n"), "{told}");
    assert!(told.contains("\r\n\r\nYes!\r\n"), "{told}");
}

#[test]
fn every_function_tells_of_ownership_errors_and_each_argument() {
    let mut wrong = Vec::new();
    let mut check = |f: &Prototype, ok: bool, what: &str| {
        if !ok {
            wrong.push(format!("{}: {what}", f.name));
        }
    };
    for f in &functions() {
        check(f, f.doc.len() > 20, "has a comment");
        for parameter in &f.parameters {
            let line = format!("{}: ", parameter.name);
            check(f, f.doc.lines().any(|l| l.starts_with(&line)), &parameter.name);
        }
        let gives = f.parameters.iter().any(|p| p.is_owning_output());
        let lends = f.gives_pointer() || f.returns == "inbome_bytes";
        let owned = f.doc.contains("Owned: free with inbome_");
        let borrowed = f.doc.contains("Borrowed: valid until ");
        check(f, owned == (gives || f.is_constructor()), "Owned, or not");
        check(f, borrowed == (lends && !f.is_constructor()), "Borrowed, or not");
        check(f, f.returns == "void" || f.doc.contains("Returns: "), "Returns");
        let fails = f.returns == "inbome_result";
        check(f, !fails || f.doc.contains("Errors: "), "Errors");
    }
    // What a comment says to free with must exist.
    let names: Vec<String> = functions().into_iter().map(|f| f.name).collect();
    for f in &functions() {
        for (_, rest) in
            f.doc.match_indices("Owned: free with ").map(|(at, m)| f.doc.split_at(at + m.len()))
        {
            let name = rest.split_whitespace().next().unwrap_or_default();
            assert!(names.iter().any(|known| known == name), "{}: {name}", f.name);
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn versions_of_header_library_and_package_are_one() {
    let told = Program::c(
        "version",
        r#"#include <inbome.h>
        #include <stdio.h>
        #include <string.h>
        int main(void) {
            if (INBOME_VERSION_NUMBER != inbome_version_number()) return 1;
            if (strcmp(INBOME_VERSION_STRING, inbome_version_string()) != 0) return 2;
            char composed[64];
            snprintf(composed, sizeof composed, "%d.%d.%d", INBOME_VERSION_MAJOR,
                     INBOME_VERSION_MINOR, INBOME_VERSION_PATCH);
            if (strcmp(composed, INBOME_VERSION_STRING) != 0) return 3;
            if (INBOME_VERSION_MAJOR * 1000000 + INBOME_VERSION_MINOR * 1000 +
                INBOME_VERSION_PATCH != INBOME_VERSION_NUMBER) return 4;
            if (!inbome_has_feature("encryption") || inbome_has_feature("telepathy")) return 5;
            puts(composed);
            return 0;
        }"#,
    )
    .run();
    assert_eq!(told.trim(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_shared_library_exports_the_header_and_nothing_else() {
    let library = crate::built::shared();
    let output = Command::new("nm").args(["-D", "--defined-only"]).arg(&library).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    // The version's own name is listed as absolute.
    let lines = told.lines().filter(|line| !line.contains(" A "));
    let exported: Vec<String> = lines
        .filter_map(|line| line.split_whitespace().last())
        .map(|name| name.split('@').next().unwrap_or_default().to_owned() + "\n")
        .collect();
    let listed = fs::read_to_string(root().join("include/inbome.symbols")).unwrap();
    assert_eq!(exported.concat(), listed);
    let output = Command::new("readelf").arg("-d").arg(&library).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("[libinbome.so.0]"));
}

fn same_as_committed(path: &str, generated: &str) {
    let path = root().join(path);
    if std::env::var_os("INBOME_BLESS").is_some() {
        fs::write(&path, generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{} differs from the code: INBOME_BLESS=1 rewrites it",
        path.display()
    );
}

fn generated() -> String {
    let manifest = root().join("inbome-ffi");
    let top = fs::read_to_string(manifest.join("header_top.h")).unwrap();
    let versions = [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR").to_owned()),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR").to_owned()),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH").to_owned()),
        ("NUMBER", inbome::version::inbome_version_number().to_string()),
        ("STRING", format!("\"{}\"", env!("CARGO_PKG_VERSION"))),
    ];
    let versions: String =
        versions.map(|(name, value)| format!("#define INBOME_VERSION_{name} {value}\n")).concat();
    let config = cbindgen::Config {
        language: cbindgen::Language::C,
        cpp_compat: true,
        header: Some(top),
        include_guard: Some("INBOME_H".into()),
        no_includes: true,
        sys_includes: ["stddef.h", "stdint.h"].map(Into::into).into(),
        after_includes: Some(format!(
            "\n/* The version of this header; inbome_version_number is that of the library. */\n{versions}"
        )),
        style: cbindgen::Style::Both,
        line_length: 96,
        tab_width: 4,
        documentation_style: cbindgen::DocumentationStyle::C99,
        usize_is_size_t: true,
        ..Default::default()
    };
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in &FILES {
        builder = builder.with_src(manifest.join(format!("src/{file}.rs")));
    }
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    let header = String::from_utf8(header).unwrap();
    // Shared between threads, an engine is `&` in Rust; but its calls change what it stands for.
    header.replace("const struct inbome_engine *", "struct inbome_engine *")
}
