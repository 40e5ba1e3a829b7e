//! `completions`, `man` and the help.

use crate::world::World;

#[test]
fn scripts_pages_and_help_need_no_home() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = world.run(&["completions", shell]).exits(0).text();
        assert!(script.contains("process-incoming"), "{shell}");
    }
    let page = world.run(&["man"]).exits(0).text();
    assert!(page.contains(".TH inbome 1"), "{page}");
    let out = world.path("man");
    world.run(&["man", "--outdir", out.to_str().unwrap()]).exits(0);
    for (name, part) in [
        ("inbome.1", "process\\-incoming"),
        ("inbome-scan.1", "\\-\\-full"),
        ("inbome-peers.1", "import\\-key"),
        ("inbome-peers-set.1", "\\-\\-always"),
        ("inbome-key-export.1", "\\-\\-secret"),
        ("inbome-sendmail.1", "\\-\\-dry\\-run"),
        ("inbome-decrypt.1", "\\-\\-session\\-key"),
        ("inbome-draft-encrypt.1", "\\-\\-by\\-choice"),
        ("inbome-draft-open.1", "\\-\\-confirm"),
    ] {
        let page =
            std::fs::read_to_string(out.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(page.contains(part), "{name}: {page}");
    }
    let help = world.run(&["--help"]).exits(0).text();
    assert!(help.contains("To begin:"), "{help}");
    assert!(world.run(&["--version"]).exits(0).text().starts_with("inbome "));
    assert!(!world.home().exists());
}

#[test]
fn the_home_is_found_where_it_was_put() {
    let world = World::new();
    let (by_option, by_xdg) = (world.path("by option"), world.path("data"));
    let option = by_option.to_str().unwrap();
    world.run(&["init", "alice@example.org", "--home", option]).exits(0);
    assert!(by_option.join("inbome.db").exists() && !world.home().exists());
    let run = |name: &str, value: &std::path::Path| {
        let mut command = world.command(&world.home());
        command.env_remove("INBOME_HOME").env(name, value).args(["init", "alice@example.org"]);
        assert!(command.output().unwrap().status.success());
    };
    run("XDG_DATA_HOME", &by_xdg);
    assert!(by_xdg.join("inbome/inbome.db").exists());
    run("HOME", &world.path("user"));
    assert!(world.path("user/.local/share/inbome/inbome.db").exists());
}
