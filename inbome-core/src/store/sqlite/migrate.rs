//! Which programs may use a database, and the way from older ones to ours.
//!
//! Two numbers stand in `home`. `schema` is the newest step applied; `readable_from` the oldest
//! program, by its own newest step, that may use the file: several programs share one home and are
//! not upgraded together. Steps only go forward, each in one transaction. The next change of the
//! schema is one more entry in [`STEPS`]: with additive changes its `readable_from` repeats the one
//! before. Not here: any step back.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::fault::Fault;

/// One change of the schema.
pub(super) struct Step {
    /// Its number, one more than the one before.
    pub(super) schema: i64,
    /// The oldest program that may use the database after it.
    pub(super) readable_from: i64,
    /// The change.
    pub(super) sql: &'static str,
}

/// All steps, the first from an empty file.
pub(super) const STEPS: &[Step] = &[
    Step { schema: 1, readable_from: 1, sql: include_str!("schema.sql") },
    // Secret keys may keep their passphrase.
    Step {
        schema: 2,
        readable_from: 1,
        sql: "ALTER TABLE secret_keys ADD COLUMN locked INTEGER NOT NULL DEFAULT 0",
    },
    // Certs are judged by stricter rules: no judgement of before holds any longer.
    Step {
        schema: 3,
        readable_from: 1,
        sql: "UPDATE peers SET advert_until = advert_from, gossip_until = gossip_from, \
              imported_until = imported_from",
    },
    // Two settings of an account.
    Step {
        schema: 4,
        readable_from: 1,
        sql: "ALTER TABLE accounts ADD COLUMN keep_subject INTEGER NOT NULL DEFAULT 0;
              ALTER TABLE accounts ADD COLUMN send_clear_reply INTEGER NOT NULL DEFAULT 0",
    },
];

/// "INBM", in the header of the file.
const APPLICATION_ID: i64 = 0x494E_424D;

/// Brings the database to the newest of `steps`, or refuses it and has changed nothing.
pub(super) fn migrate(conn: &mut Connection, steps: &[Step]) -> Result<(), Fault> {
    let ours = steps.last().map_or(0, |step| step.schema);
    for step in steps {
        // Most openings find nothing to do and so take no lock.
        if read_schema(conn, ours)? >= step.schema {
            continue;
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have taken this step while we waited.
        let found = read_schema(&tx, ours)?;
        if found >= step.schema {
            continue;
        }
        tx.execute_batch(step.sql)?;
        if found == 0 {
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.execute(
                "INSERT INTO home (id, schema, readable_from, generation) VALUES (1, 0, 0, 0)",
                [],
            )?;
        }
        tx.execute(
            "UPDATE home SET schema = ?1, readable_from = ?2, generation = generation + 1",
            (step.schema, step.readable_from),
        )?;
        tx.commit()?;
    }
    Ok(())
}

/// The newest step that was applied, 0 to an empty file.
fn read_schema(conn: &Connection, ours: i64) -> Result<i64, Fault> {
    let number = |pragma: &str| conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let id = number("application_id")?;
    let objects: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    // A crash right after the file was made leaves it empty.
    if objects == 0 && id == 0 && number("user_version")? == 0 {
        return Ok(0);
    }
    if id != APPLICATION_ID {
        return Err(Fault::Foreign("it is another program's database"));
    }
    let home: Option<(i64, i64)> = conn
        .query_row("SELECT schema, readable_from FROM home WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(|error| match error.sqlite_error_code() {
            // "no such table": it bears our name but is none of ours.
            Some(rusqlite::ErrorCode::Unknown) => Fault::Foreign("its table home is missing"),
            _ => Fault::Sql(error),
        })?;
    match home {
        None => Err(Fault::Foreign("its table home is empty")),
        Some((_, readable_from)) if readable_from > ours => {
            Err(Fault::Newer { ours, found: readable_from })
        }
        Some((schema, _)) if schema < 1 => {
            Err(Fault::Value(format!("expected a schema of 1 or more in home, found {schema}")))
        }
        Some((schema, _)) => Ok(schema),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test.
mod tests {
    use super::*;

    #[test]
    fn no_judgement_of_before_the_third_schema_holds() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, &STEPS[..2]).unwrap();
        conn.execute_batch(
            "INSERT INTO accounts (account, position, enabled, prefer_encrypt, spelling, profile)
                 VALUES ('me@example.org', 1, 1, 1, 1, 1);
             INSERT INTO peers (account, addr, word, truncated, advert_from, advert_until)
                 VALUES ('me@example.org', 'a@example.org', 0, 0, 10, 90),
                        ('me@example.org', 'b@example.org', 0, 0, NULL, NULL)",
        )
        .unwrap();
        migrate(&mut conn, STEPS).unwrap();
        let ends = "SELECT advert_until FROM peers WHERE advert_from IS NOT NULL";
        assert_eq!(conn.query_row(ends, [], |row| row.get(0)), Ok(10));
    }
}
