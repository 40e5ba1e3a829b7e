//! Secret keys: their order, and that one takes the place of another whole.

use super::*;

#[test]
fn secret_keys_come_current_first_then_youngest_first() {
    on_each_store(|kind, store| {
        let mut mine = account("me@example.org");
        mine.current = Some(fingerprint(2));
        store.save_account(&mine).expect("save");
        let mut oldest = secret_key(2, i64::MIN);
        oldest.key.expires = Some(Timestamp::MAX);
        for key in [&secret_key(1, 10), &oldest, &secret_key(4, 30), &secret_key(3, 30)] {
            store.add_secret_key(&me(), key).expect("add");
        }
        let order = vec![oldest.clone(), secret_key(3, 30), secret_key(4, 30), secret_key(1, 10)];
        assert_eq!(store.secret_keys(&me()), Ok(order.clone()), "{kind}");
        store.add_secret_key(&me(), &secret_key(2, 99)).expect("add");
        assert_eq!(store.secret_keys(&me()), Ok(order), "{kind}: what is there stays");
        assert_eq!(store.destroy_secret_key(&me(), &fingerprint(3)), Ok(true), "{kind}");
        assert_eq!(store.destroy_secret_key(&me(), &fingerprint(3)), Ok(false), "{kind}");
        let order = vec![oldest, secret_key(4, 30), secret_key(1, 10)];
        assert_eq!(store.secret_keys(&me()), Ok(order), "{kind}");
        assert_eq!(store.secret_keys(&addr("x@example.org")), Ok(vec![]), "{kind}");
    });
}

#[test]
fn a_replaced_key_is_another_in_all_but_its_place() {
    on_each_store(|kind, store| {
        store.save_account(&account("me@example.org")).expect("save");
        let before = store.generation();
        let (old, other) = (secret_key(1, 10), secret_key(2, 20));
        assert_eq!(store.replace_secret_key(&me(), &old.key), Ok(false), "{kind}: nothing there");
        assert_eq!(store.generation(), before, "{kind}: nothing written");
        for key in [&old, &other] {
            store.add_secret_key(&me(), key).expect("add");
        }
        let new = SecretKey {
            fingerprint: fingerprint(1),
            secret: Secret::new(vec![7; 50]),
            locked: !old.key.locked,
            cert: vec![8; 60],
            created: at(30),
            expires: Some(at(99)),
        };
        let nobody = addr("x@example.org");
        assert_eq!(store.replace_secret_key(&nobody, &new), Ok(false), "{kind}: another's");
        assert_eq!(store.replace_secret_key(&me(), &new), Ok(true), "{kind}");
        let new = StoredKey { key: new, added: old.added };
        assert_eq!(store.secret_keys(&me()), Ok(vec![new.clone(), other]), "{kind}");
        let failed: Result<(), StoreError> = transaction(store, |store| {
            store.replace_secret_key(&me(), &old.key)?;
            store.add_secret_key(&addr("nobody@e.org"), &old)
        });
        assert!(failed.is_err(), "{kind}");
        let stored = store.secret_keys(&me()).expect("keys");
        assert_eq!(stored.first(), Some(&new), "{kind}: undone with its transaction");
    });
}
