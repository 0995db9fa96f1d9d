// Package locale holds the words and the number formats of the site in Chinese
// and English. It knows no HTML.
//
// Words come from two catalogues, templates/locales/zh.toml and en.toml, which
// have the same keys. A template is a whole sentence of one language with named
// slots; no sentence is put together from parts that another language would
// order differently. The steps from data to a sentence are:
//
//  1. format the numbers with the methods of [Locale] (each gives a finished
//     string in the decimals and units that the site uses for its kind);
//  2. choose the key of the sentence (RatioKey, PairedKey and the like hold the
//     rules for it);
//  3. fill it: {slot} takes a finished string, {n:noun} prints a number with its
//     noun in the right form, {slot.name} a property of the noun that the slot
//     names. In Chinese the spaces at the seams are then set by rule: one
//     between Han and Latin or digits, none between Han and Han or beside
//     full-width marks.
//
// A number and its unit are kept together by a no-break space; [Plain] turns it
// into a plain one for Markdown, JSON and terminals.
//
// A key or slot that does not exist prints in double brackets, ⟦like.this⟧, and
// is found by tests: one in this package looks up every literal key in the
// sources, and no page may contain the bracket.
package locale
