//! Folders that hold no mail to learn from: junk, trash, drafts and templates, by the names that mail
//! programs and providers have for them in many languages.
//!
//! Names are compared without case, accents and the choice of blank, hyphen or underscore. A Maildir
//! writes other letters than ASCII in modified UTF-7 (RFC 3501 §5.1.3), which is read here.

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Folded as [`folded`] does, by what they are and in the order of languages.
const NAMES: &[&str] = &[
    // Junk: English, and what Outlook, Yahoo, GMX and others call it.
    "junk",
    "junk mail",
    "junk email",
    "junk e mail",
    "spam",
    "spam mail",
    "bulk",
    "bulk mail",
    "spamverdacht",
    "unbekannt",
    "werbung",
    "junk e mail ordner",
    // French, Spanish, Italian, Portuguese, Dutch, Nordic.
    "courrier indesirable",
    "indesirables",
    "pourriel",
    "pourriels",
    "correo no deseado",
    "correo basura",
    "no deseado",
    "posta indesiderata",
    "indesiderata",
    "lixo eletronico",
    "lixo electronico",
    "correio de lixo",
    "ongewenste e mail",
    "ongewenst",
    "ongewenste reclame",
    "skrappost",
    "soppost",
    "uonsket post",
    "uonsket e post",
    "uonsket mail",
    "roskaposti",
    // Polish, Czech, Hungarian, Turkish, Greek, Russian, Ukrainian.
    "wiadomosci smieci",
    "niechciane",
    "nevyzadana posta",
    "levelszemet",
    "onemsiz",
    "istenmeyen posta",
    "gereksiz e posta",
    "ανεπιθυμητα",
    "ανεπιθυμητη αλληλογραφια",
    "спам",
    "нежелательная почта",
    "небажана пошта",
    // Chinese, Japanese, Korean.
    "垃圾邮件",
    "垃圾郵件",
    "垃圾信件",
    "迷惑メール",
    "정크 메일",
    "스팸",
    "스팸메일함",
    // Trash: English, German.
    "trash",
    "bin",
    "deleted",
    "deleted items",
    "deleted messages",
    "papierkorb",
    "geloscht",
    "geloschte elemente",
    "geloschte objekte",
    "geloschte nachrichten",
    // French, Spanish, Italian, Portuguese, Dutch, Nordic.
    "corbeille",
    "elements supprimes",
    "messages supprimes",
    "papelera",
    "eliminados",
    "elementos eliminados",
    "mensajes eliminados",
    "cestino",
    "posta eliminata",
    "elementi eliminati",
    "messaggi eliminati",
    "lixeira",
    "lixo",
    "itens excluidos",
    "itens eliminados",
    "mensagens apagadas",
    "prullenbak",
    "prullenmand",
    "verwijderde items",
    "verwijderde berichten",
    "papperskorgen",
    "borttaget",
    "papirkurv",
    "slettet post",
    "slettede elementer",
    "slettede elementer",
    "roskakori",
    "poistetut",
    // Polish, Czech, Hungarian, Turkish, Greek, Russian, Ukrainian.
    "kosz",
    "elementy usuniete",
    "kos",
    "odstranena posta",
    "kuka",
    "lomtar",
    "torolt elemek",
    "cop kutusu",
    "cop",
    "silinmis ogeler",
    "καδος απορριμματων",
    "διαγραμμενα",
    "корзина",
    "удаленные",
    "кошик",
    "видалені",
    // Chinese, Japanese, Korean.
    "已删除",
    "已删除邮件",
    "已刪除的郵件",
    "废件箱",
    "ゴミ箱",
    "ごみ箱",
    "削除済みアイテム",
    "휴지통",
    "지운 편지함",
    // Drafts and templates.
    "drafts",
    "draft",
    "templates",
    "entwurfe",
    "vorlagen",
    "brouillons",
    "modeles",
    "borradores",
    "plantillas",
    "bozze",
    "modelli",
    "rascunhos",
    "modelos",
    "concepten",
    "sjablonen",
    "utkast",
    "kladder",
    "luonnokset",
    "szkice",
    "kopie robocze",
    "szablony",
    "koncepty",
    "rozepsane",
    "piszkozatok",
    "taslaklar",
    "προχειρα",
    "черновики",
    "шаблоны",
    "чернетки",
    "草稿",
    "草稿箱",
    "下書き",
    "임시보관함",
    "임시 보관함",
];

/// Whether a name is one of them. It must be [`folded`].
pub(super) fn is_junk(name: &str) -> bool {
    NAMES.contains(&name)
}

/// A name as names are compared.
pub(super) fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in decoded(name).chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'ď' | 'đ' => folded.push('d'),
            'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ğ' => folded.push('g'),
            'ì' | 'í' | 'î' | 'ï' | 'ı' => folded.push('i'),
            'ł' | 'ľ' => folded.push('l'),
            'ñ' | 'ń' | 'ň' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => folded.push('o'),
            'ř' => folded.push('r'),
            'ś' | 'š' | 'ş' => folded.push('s'),
            'ť' => folded.push('t'),
            'ù' | 'ú' | 'û' | 'ü' | 'ű' | 'ů' => folded.push('u'),
            'ý' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ё' => folded.push('е'),
            'ά' => folded.push('α'),
            'έ' => folded.push('ε'),
            'ή' => folded.push('η'),
            'ί' => folded.push('ι'),
            'ό' => folded.push('ο'),
            'ύ' => folded.push('υ'),
            'ώ' => folded.push('ω'),
            // Accents by themselves, as macOS writes names.
            '\u{300}'..='\u{36f}' => {}
            ' ' | '-' | '_' | '\u{a0}' if folded.is_empty() || folded.ends_with(' ') => {}
            ' ' | '-' | '_' | '\u{a0}' => folded.push(' '),
            other => folded.push(other),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// A name in modified UTF-7, read; one that is not is itself.
fn decoded(name: &str) -> String {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true);
    let base64 = GeneralPurpose::new(&IMAP_MUTF7, config);
    let mut parts = name.split('&');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let read = part.split_once('-').and_then(|(code, rest)| {
            let octets = base64.decode(code).ok()?;
            let (pairs, odd) = octets.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            let letters = String::from_utf16(&units).ok().filter(|_| odd.is_empty())?;
            Some((if code.is_empty() { "&".to_owned() } else { letters }, rest))
        });
        let Some((letters, rest)) = read else { return name.to_owned() };
        text.push_str(&letters);
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_and_found() {
        for (name, junk) in [
            ("Junk", true),
            ("JUNK_E-Mail", true),
            ("Gel&APY-scht", true),
            ("&AMk-l&AOk-ments supprim&AOk-s", true),
            ("&V4NXPpCuTvY-", true),
            ("E\u{301}le\u{301}ments supprime\u{301}s", true),
            ("Удалённые", true),
            ("Черновики", true),
            ("Ανεπιθύμητα", true),
            ("Ceník", false),
            ("R&-D", false),
            ("&AP", false),
            ("&A-junk", false),
            ("Binder", false),
        ] {
            assert_eq!(is_junk(&folded(name)), junk, "{name}: {}", folded(name));
        }
    }

    #[test]
    fn the_table_is_folded_as_names_are() {
        for name in NAMES {
            assert_eq!(*name, folded(name));
        }
    }
}
