//! Whether what stands at a path may change while a run goes on.

use crate::registry::{Body, Field, Kind, Node, Value};

/// Whether a field on the way is declared as live; `None` where the path leads nowhere. Paths skip the names of variants,
/// lists take an index. The tree is that of a document with every default written out.
pub fn is_live(root: &Node, kind: &Kind, path: &str) -> Option<bool> {
    let (mut node, mut kind, mut live) = (root, *kind, false);
    for name in path.split('.') {
        (node, kind) = within(node, kind);
        if let (Kind::List { item, .. }, Value::List(items)) = (kind, &node.value) {
            (node, kind) = (items.get(name.parse::<usize>().ok()?)?, item());
            continue;
        }
        let Value::Tagged { name: tag, body } = &node.value else {
            return None;
        };
        let fields: Vec<Field> = match kind {
            Kind::Struct { fields, .. } => fields(),
            Kind::Choice { variants, .. } => {
                let tag = &tag.as_ref()?.name;
                let variants = variants();
                (variants.iter().find(|v| v.name == *tag)?.fields)()
            }
            _ => return None,
        };
        let field = fields.into_iter().find(|f| f.name == name)?;
        let Body::Named(given) = body else {
            return None;
        };
        node = &given.iter().find(|(ident, _)| ident.name == name)?.1;
        kind = field.kind;
        live |= field.live;
    }
    Some(live)
}

/// The value inside `Some(…)`.
fn within(node: &Node, kind: Kind) -> (&Node, Kind) {
    let Kind::Optional(item) = kind else {
        return (node, kind);
    };
    match &node.value {
        Value::Tagged {
            name: Some(some),
            body: Body::Positional(items),
        } if some.name == "Some" && items.len() == 1 => (&items[0], item()),
        _ => (node, item()),
    }
}
