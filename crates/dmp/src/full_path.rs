//! Where a path leads, whether what it names is there yet or not.

use std::path::{Component, Path, PathBuf};

/// How many links are followed that lead to what is not there yet.
const MOST_LINKS: u8 = 32;

/// A path in full: from the root, without `.`, `..` and links, as far as it is there; what is not there yet as it will be made.
pub fn full_path(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    followed(&here.join(path), MOST_LINKS)
}

fn followed(path: &Path, links: u8) -> PathBuf {
    let mut full = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            // What is full so far has no links: going up is cutting off.
            Component::ParentDir => drop(full.pop()),
            other => full = real(full, other, links),
        }
    }
    full
}

fn real(folder: PathBuf, name: Component<'_>, links: u8) -> PathBuf {
    let path = folder.join(name);
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match path.read_link() {
        Ok(target) if links > 0 => followed(&folder.join(target), links - 1),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_yet_is_where_it_will_be() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("there")).unwrap();
        for (written, wanted) in [
            ("there/./a", "there/a"),
            ("x/../data/root.key", "data/root.key"),
            ("there/../data", "data"),
            ("x/y/../../there/z", "there/z"),
        ] {
            assert_eq!(full_path(&root.join(written)), root.join(wanted), "{written}");
        }
        let here = std::env::current_dir().unwrap().canonicalize().unwrap();
        assert_eq!(full_path(Path::new("./data")), here.join("data"));
        assert_eq!(full_path(Path::new("")), here);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_what_is_not_there_yet_is_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        symlink("data", root.join("keys")).unwrap();
        symlink(root.join("loop"), root.join("loop")).unwrap();
        assert_eq!(full_path(&root.join("keys/root.key")), root.join("data/root.key"));
        assert_eq!(full_path(&root.join("loop")), root.join("loop"));
    }
}
