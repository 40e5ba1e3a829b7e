//! `init` and `account`.

use serde_json::json;

use crate::world::World;

#[test]
fn an_account_is_made_once_and_found_again() {
    let world = World::new();
    let made = world.run(&["init", "Alice@Example.org", "--json"]).exits(0).json();
    assert_eq!(made["account"], "alice@example.org");
    assert_eq!(made["created"], true);
    assert_eq!(made["fingerprint"].as_str().unwrap().len(), 40);
    let again = world.run(&["init", "alice@example.org", "--json"]).exits(0).json();
    assert_eq!(again["created"], false);
    assert_eq!(again["fingerprint"], made["fingerprint"]);
}

#[test]
fn an_account_that_is_asked_for_otherwise_is_a_failure() {
    let world = World::of_alice();
    for (name, option, value) in [
        ("profile", "--profile", "inbome"),
        ("spelling", "--spelling", "autocrypt"),
        ("preference", "--prefer-encrypt", "nopreference"),
    ] {
        let run = world.run(&["init", "alice@example.org", option, value, "--json"]).exits(1);
        assert_eq!(run.json()["error"]["kind"], "conflict", "{name}");
        assert!(run.stderr.contains("alice@example.org"), "{name}: {}", run.stderr);
    }
}

#[test]
fn settings_are_shown_as_they_were_set() {
    let world = World::new();
    let options = ["--prefer-encrypt", "nopreference", "--profile", "inbome", "--spelling", "both"];
    world.run(&[&["init", "alice@example.org"], &options[..]].concat()).exits(0);
    world.run(&["init", "sales@example.org", "--alias-of", "alice@example.org"]).exits(0);
    let listed = world.run(&["account", "list", "--json"]).exits(0).json();
    let main = &listed["accounts"][0];
    let expected = [
        ("addr", json!("alice@example.org")),
        ("alias_of", json!(null)),
        ("enabled", json!(true)),
        ("prefer_encrypt", json!("nopreference")),
        ("profile", json!("inbome")),
        ("spelling", json!("both")),
    ];
    for (field, value) in expected {
        assert_eq!(main[field], value, "{field}");
    }
    let alias = &listed["accounts"][1];
    assert_eq!(alias["addr"], "sales@example.org");
    assert_eq!(alias["alias_of"], "alice@example.org");
    assert_eq!(alias["fingerprint"], main["fingerprint"]);
    for (name, arguments, field, value) in [
        ("disable", &["disable", "alice@example.org"][..], "enabled", json!(false)),
        ("enable", &["enable", "alice@example.org"], "enabled", json!(true)),
        ("set", &["set", "alice@example.org", "--profile", "level1"], "profile", json!("level1")),
        ("show", &["show", "alice@example.org"], "profile", json!("level1")),
    ] {
        let run = world.run(&[&["account"], arguments, &["--json"]].concat()).exits(0);
        assert_eq!(run.json()["accounts"][0][field], value, "{name}");
    }
    world.run(&["account", "set", "alice@example.org"]).exits(2);
}

#[test]
fn the_text_about_accounts_is_aligned_and_without_colours() {
    let world = World::of_alice();
    let text = world.run(&["account", "list"]).exits(0).text();
    assert!(text.starts_with("ACCOUNT"), "{text}");
    assert!(text.contains("alice@example.org  enabled"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    let colored = world.run(&["account", "list", "--color", "always"]).exits(0).text();
    assert!(colored.contains("\u{1b}[32menabled"), "{colored}");
}

#[test]
fn status_and_doctor_name_the_command_that_mends() {
    let world = World::of_alice();
    let well = world.run(&["doctor", "--json"]).exits(0).json();
    for check in well["checks"].as_array().unwrap() {
        assert_eq!(check["ok"], true, "{check}");
        assert_eq!(check["mend"], json!(null), "{check}");
    }
    world.meet_bob();
    let status = world.run(&["status", "--json"]).exits(0).json();
    assert_eq!(status["coverage"], json!({"recent": 1, "possible": 1, "by_default": 1}));
    assert_eq!(status["peers"], 1);
    let text = world.run(&["status"]).exits(0).text();
    assert!(text.contains("1 could be encrypted to"), "{text}");
    assert!(text.contains("Nothing is wrong."), "{text}");
}

#[test]
fn doctor_sees_what_is_wrong_with_a_home() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::of_alice();
    let set = |name: &str, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(world.home().join(name), permissions).unwrap();
    };
    let first_wrong = || {
        let report = world.run(&["doctor", "--json"]).exits(1).json();
        let checks = report["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["ok"] == false).unwrap()
    };
    set("", 0o755);
    let wrong = first_wrong();
    assert_eq!(wrong["name"], "permissions");
    assert!(wrong["mend"].as_str().unwrap().starts_with("chmod 700 "), "{wrong}");
    set("", 0o700);
    std::fs::write(world.home().join("inbome.db"), "no database").unwrap();
    let wrong = first_wrong();
    assert_eq!(wrong["name"], "database");
    assert!(wrong["mend"].as_str().unwrap().starts_with("mv "), "{wrong}");
    // What the system refuses is not damaged, and stays where it is.
    std::fs::remove_file(world.home().join("inbome.db")).unwrap();
    std::fs::create_dir(world.home().join("inbome.db")).unwrap();
    let wrong = first_wrong();
    assert_eq!(wrong["name"], "database");
    assert!(wrong["mend"].as_str().unwrap().starts_with("df "), "{wrong}");
    let nowhere = world.run_in(&world.path("nowhere"), &["doctor", "--json"]).exits(3).json();
    assert_eq!(nowhere["checks"][0]["mend"], "inbome init ADDR");
    assert!(!world.path("nowhere").exists());
}

#[test]
fn a_clock_that_lags_behind_the_mail_is_noticed() {
    let world = World::of_alice();
    world.meet_bob();
    let mut command = world.command(&world.home());
    let run = command.env("INBOME_NOW", "@1476000000").args(["doctor", "--json"]).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let is_clock = |check: &&serde_json::Value| check["name"] == "clock";
    assert_eq!(report["checks"].as_array().unwrap().iter().find(is_clock).unwrap()["ok"], false);
}

#[test]
fn a_message_stands_behind_what_was_printed_before_it() {
    let world = World::new();
    let both = |arguments: &[&str]| {
        let path = world.path("both");
        let file = std::fs::File::create(&path).unwrap();
        let mut command = world.command(&world.home());
        command.stdout(file.try_clone().unwrap()).stderr(file).args(arguments);
        command.status().unwrap();
        std::fs::read_to_string(path).unwrap()
    };
    let mail = world.file("mail.eml", "From: bob@example.org\n\nHi\n");
    for (name, arguments, parts) in [
        ("a hint", &["init", "alice@example.org"][..], &["Made", "Its key", "Next"][..]),
        (
            "a bad file",
            &["process-incoming", &mail, "none", &mail],
            &["mail.eml", "none", "mail.eml"],
        ),
    ] {
        let text = both(arguments);
        let mut rest = text.as_str();
        for part in parts {
            let at =
                rest.find(part).unwrap_or_else(|| panic!("{name}: no {part} in place: {text}"));
            rest = &rest[at + part.len()..];
        }
    }
}
