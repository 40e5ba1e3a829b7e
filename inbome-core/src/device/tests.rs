//! Laws over small universes, so that ties and crossings meet often.

use proptest::prelude::*;

use super::*;

fn id(seed: u8) -> Fingerprint {
    Fingerprint::new(&[seed; 20]).expect("a fingerprint")
}

fn copy(seed: u8) -> KeyCopy {
    let (parts, signed) = (usize::from(seed % 2), i64::from(seed % 3));
    KeyCopy::new(Secret::new(vec![seed]), parts, Timestamp::from_secs(signed))
}

fn device(seed: u8, removed: bool) -> Device {
    Device {
        cert: vec![seed],
        name: format!("device {}", seed % 2),
        added: Timestamp::from_secs(seed.into()),
        confirmed: seed.is_multiple_of(3),
        removed,
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        (0_u64..2).prop_map(Value::Number),
        (0_u8..2).prop_map(|seed| Value::Octets(vec![seed])),
        "[ab]".prop_map(Value::Text),
    ]
}

/// Tables as any mails might leave them.
fn tables() -> impl Strategy<Value = Tables> {
    let registers = prop::collection::vec(("[xy]", 1_u64..3, 1_u8..3, value()), 0..4);
    let keys = prop::collection::vec((1_u8..3, 1_u64..3, 0_u8..6), 0..4);
    let devices = prop::collection::vec((1_u8..4, 0_u8..4, any::<bool>()), 0..4);
    let destroyed = prop::collection::vec((1_u8..3, 1_u8..4), 0..3);
    (registers, keys, devices, destroyed).prop_map(|(registers, keys, devices, destroyed)| {
        let mut tables = Tables::default();
        for (name, version, device, value) in registers {
            tables.join_register(&name, &Register { version, device: id(device), value });
        }
        for (key, version, state) in keys {
            let state = match state {
                0 => KeyState::Named,
                1 => KeyState::Destroyed,
                seed => KeyState::Held(copy(seed)),
            };
            tables.join_key(&id(key), &KeyEntry { version, state });
        }
        for (name, seed, removed) in devices {
            tables.join_device(&id(name), &device(seed, removed));
        }
        for (key, device) in destroyed {
            tables.destroyed_on.entry(id(key)).or_default().insert(id(device));
        }
        tables
    })
}

fn joined(a: &Tables, b: &Tables) -> Tables {
    let mut all = a.clone();
    all.join(b);
    all
}

proptest! {
    #[test]
    fn joining_is_commutative_associative_and_idempotent(a in tables(), b in tables(), c in tables()) {
        prop_assert_eq!(joined(&a, &b), joined(&b, &a));
        prop_assert_eq!(joined(&joined(&a, &b), &c), joined(&a, &joined(&b, &c)));
        prop_assert_eq!(joined(&a, &a), a.clone());
        prop_assert_eq!(joined(&joined(&a, &b), &b), joined(&a, &b));
    }

    #[test]
    fn what_is_beyond_the_told_is_enough_and_nothing_else(told in tables(), here in tables()) {
        let rows = here.beyond(&told);
        prop_assert_eq!(joined(&told, &rows), joined(&told, &here));
        prop_assert!(joined(&told, &here).beyond(&told) == rows);
        prop_assert!(here.beyond(&joined(&told, &here)).is_empty());
    }

    #[test]
    fn devices_that_heard_the_same_agree_whatever_the_order(
        acts in prop::collection::vec((0_usize..3, 0_u8..8, value()), 0..24),
        order in Just((0..24).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        // Three members; each act is told to all at once, or much later, and maybe twice.
        let mut start = Tables::default();
        (1..4).for_each(|n| start.join_device(&id(n), &device(n, false)));
        let mut all = vec![start.clone(), start.clone(), start];
        let mut mails = Vec::new();
        for (who, act, value) in acts {
            let me = id(who as u8 + 1);
            let Some(tables) = all.get_mut(who) else { continue };
            let before = tables.clone();
            let _ = match act {
                0..3 => tables.write("word/a@example.org", &me, value),
                3 | 4 => tables.put_key(&id(9), copy(act + who as u8)),
                5 => tables.destroy_key(&id(9), &me),
                6 => tables.note_destroyed(&id(9), &me),
                _ => tables.put_key(&id(8), copy(7)),
            };
            mails.push((who, tables.beyond(&before)));
            if act == 0 && mails.len() % 2 == 0 {
                let told = tables.clone();
                all.iter_mut().for_each(|tables| { tables.hear(&me, &told); });
            }
        }
        for place in order {
            if let Some((who, rows)) = mails.get(place) {
                all.iter_mut().for_each(|tables| { tables.hear(&id(*who as u8 + 1), rows); });
            }
        }
        let [a, b, c] = all.as_slice() else { unreachable!() };
        prop_assert!(a == b && b == c);
    }
}

#[test]
fn a_register_is_written_with_the_next_version_and_only_if_it_differs() {
    let mut tables = Tables::default();
    let text = |text: &str| Value::Text(text.to_owned());
    assert!(tables.write("profile", &id(1), text("inbome")));
    assert!(!tables.write("profile", &id(2), text("inbome")), "it says so already");
    tables.join_register("profile", &Register { version: 7, device: id(3), value: text("x") });
    assert!(tables.write("profile", &id(2), text("level1")));
    let versions: Vec<u64> = tables.registers().map(|(_, register)| register.version).collect();
    assert_eq!((versions, tables.value("profile")), (vec![8], Some(&text("level1"))));
}

#[test]
fn the_greatest_version_wins_then_the_device_then_the_hash_of_the_value() {
    let register = |version, device, value| Register { version, device: id(device), value };
    let (low, high) = (register(1, 9, Value::Number(9)), register(2, 1, Value::Number(1)));
    let (other, same) = (register(2, 2, Value::Number(0)), register(2, 2, Value::Number(3)));
    for all in [[&low, &high, &other, &same], [&same, &other, &high, &low]] {
        let mut tables = Tables::default();
        all.iter().for_each(|register| tables.join_register("x", register));
        let greater = if other.value.hash() > same.value.hash() { &other } else { &same };
        assert_eq!(tables.value("x"), Some(&greater.value));
    }
}

#[test]
fn the_hash_of_a_value_is_that_of_its_deterministic_form() {
    // RFC 8949, appendix A.
    for (value, form) in [
        (Value::Number(0), &[0x00][..]),
        (Value::Number(23), &[0x17]),
        (Value::Number(24), &[0x18, 0x18]),
        (Value::Number(1000), &[0x19, 0x03, 0xe8]),
        (Value::Number(1_000_000), &[0x1a, 0x00, 0x0f, 0x42, 0x40]),
        (Value::Number(u64::MAX), &[0x1b, 255, 255, 255, 255, 255, 255, 255, 255]),
        (Value::Null, &[0xf6]),
        (Value::Octets(vec![1, 2, 3, 4]), &[0x44, 1, 2, 3, 4]),
        (Value::Text("IETF".to_owned()), b"\x64IETF"),
    ] {
        assert_eq!(value.hash(), hash(form), "{value:?}");
    }
}

#[test]
fn a_destroyed_key_stays_away_until_the_user_imports_it_again() {
    let (key, mut here, mut there) = (id(9), Tables::default(), Tables::default());
    assert!(here.put_key(&key, copy(5)));
    there.join(&here);
    assert!(here.destroy_key(&key, &id(1)));
    assert!(here.is_destroyed(&key) && !here.destroy_key(&id(8), &id(1)));
    // An old copy, and the same one, are of no use.
    here.join(&there);
    assert!(here.is_destroyed(&key));
    there.join(&here);
    assert!(there.is_destroyed(&key) && there.note_destroyed(&key, &id(2)));
    assert_eq!(there.destroyed_on(&key).cloned().collect::<Vec<_>>(), [id(1), id(2)]);
    // By the user's own act it is back, on all devices.
    assert!(there.put_key(&key, copy(5)));
    here.join(&there);
    assert_eq!(here.keys().map(|(_, entry)| entry.version).collect::<Vec<_>>(), [2]);
    assert!(!here.is_destroyed(&key) && here.destroyed_on(&key).next().is_none());
    assert!(!here.note_destroyed(&key, &id(2)), "it lives");
}

#[test]
fn of_two_copies_of_one_version_the_one_with_more_secrets_counts() {
    let make = |octet, parts, signed| {
        let copy = KeyCopy::new(Secret::new(vec![octet]), parts, Timestamp::from_secs(signed));
        KeyEntry { version: 1, state: KeyState::Held(copy) }
    };
    let named = KeyEntry { version: 1, state: KeyState::Named };
    for (name, lesser, greater) in [
        ("parts", make(1, 1, 9), make(2, 2, 1)),
        ("signatures", make(1, 2, 1), make(2, 2, 2)),
        ("a copy", named.clone(), make(1, 0, 0)),
        ("version", KeyEntry { version: 0, ..make(1, 9, 9) }, named),
    ] {
        for both in [[&lesser, &greater], [&greater, &lesser]] {
            let mut tables = Tables::default();
            both.iter().for_each(|entry| tables.join_key(&id(9), entry));
            assert_eq!(tables.keys().next().map(|(_, entry)| entry), Some(&greater), "{name}");
        }
    }
}

#[test]
fn a_key_that_is_only_named_is_asked_for_and_its_copy_then_taken() {
    let mut tables = Tables::default();
    tables.join_key(&id(9), &KeyEntry { version: 3, state: KeyState::Named });
    assert_eq!(tables.missing().collect::<Vec<_>>(), [&id(9)]);
    tables.join_key(&id(9), &KeyEntry { version: 3, state: KeyState::Held(copy(4)) });
    assert_eq!(tables.missing().count(), 0);
}

#[test]
fn current_names_a_living_key_or_the_youngest_is_used() {
    let mut tables = Tables::default();
    let created = |key: &Fingerprint| Timestamp::from_secs(i64::from(key.as_bytes()[0] / 4));
    assert_eq!(tables.current(created), None);
    for key in [3, 8, 9] {
        tables.put_key(&id(key), copy(key));
    }
    assert_eq!(tables.current(created), Some(&id(9)), "of two of one second the greater");
    tables.write(CURRENT, &id(1), Value::Octets(vec![3; 20]));
    assert_eq!(tables.current(created), Some(&id(3)));
    tables.destroy_key(&id(3), &id(1));
    assert_eq!(tables.current(created), Some(&id(9)));
    tables.write(CURRENT, &id(1), Value::Text("another type".to_owned()));
    assert_eq!(tables.current(created), Some(&id(9)));
}

#[test]
fn a_removal_counts_from_every_device_that_ever_was_on_the_list() {
    let mut tables = Tables::default();
    (1..5).for_each(|n| tables.join_device(&id(n), &device(n, false)));
    let mut said = Tables::default();
    said.join_device(&id(2), &device(2, true));
    assert_eq!(tables.hear(&id(7), &said), Standing::Unknown);
    assert_eq!(tables.standing(&id(2)), Standing::Member, "a stranger removes nobody");
    assert_eq!(tables.hear(&id(1), &said), Standing::Member);
    assert_eq!(tables.standing(&id(2)), Standing::Removed);

    // The removed one may still remove, and nothing else.
    let mut last = Tables::default();
    last.join_device(&id(1), &device(1, true));
    last.join_device(&id(6), &device(6, false));
    last.join_device(&id(5), &device(5, true));
    last.write("profile", &id(2), Value::Null);
    last.put_key(&id(9), copy(9));
    assert_eq!(tables.hear(&id(2), &last), Standing::Removed);
    assert_eq!(tables.standing(&id(1)), Standing::Removed);
    assert_eq!(tables.standing(&id(6)), Standing::Unknown, "it adds nobody");
    assert_eq!(tables.standing(&id(5)), Standing::Removed, "whoever comes later is removed then");
    assert_eq!((tables.value("profile"), tables.keys().count()), (None, 0));
    assert_eq!(tables.members().map(|(id, _)| id.clone()).collect::<Vec<_>>(), [id(3), id(4)]);
    assert!(tables.remove_device(&id(3)) && !tables.remove_device(&id(3)));
}
