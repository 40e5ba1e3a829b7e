//! The built library as C programs meet it: where it is, and how they are compiled and run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // A test may fail.
#![allow(dead_code)] // Each test takes what it needs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub(crate) fn header() -> String {
    fs::read_to_string(root().join("include/inbome.h")).unwrap()
}

/// The static library. The compiler writes it beside the one that this test is linked with, so it is
/// not built a second time; the newest is the one, since another is older or of the same sources.
pub(crate) fn archive() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    let find = || {
        let of_library = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("libinbome-") && name.ends_with(".a")
        };
        let files = fs::read_dir(profile_folder().join("deps")).unwrap();
        let archives = files.map(|file| file.unwrap().path()).filter(of_library);
        archives.max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap()).unwrap()
    };
    FOUND.get_or_init(find).clone()
}

/// The command, as `cargo test --workspace` made it, else built.
pub(crate) fn command() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let find = || {
        let there = profile_folder().join("inbome");
        if there.exists() { there } else { built_by_cargo(&["--bin", "inbome"], "inbome") }
    };
    BUILT.get_or_init(find).clone()
}

/// Builds with the features of the whole workspace. For one package cargo would choose fewer, and build
/// nearly all dependencies once more.
fn built_by_cargo(target: &[&str], file: &str) -> PathBuf {
    let folder = profile_folder();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["build", "--quiet", "--offline", "--workspace"]).args(target);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success(), "cargo build failed");
    folder.join(file)
}

/// The shared library, linked as `make install` links it.
pub(crate) fn shared() -> PathBuf {
    static LINKED: OnceLock<PathBuf> = OnceLock::new();
    let link = || {
        let to = work_folder().join("libinbome.so.0");
        let changed = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
        if changed(&to) > changed(&archive()) {
            return to;
        }
        let status = Command::new("make")
            .current_dir(root())
            .args(["--no-print-directory", "-s", "-f", "inbome-ffi/install.mk", "link-shared"])
            .arg(format!("INBOME_ARCHIVE={}", archive().display()))
            .arg(format!("INBOME_SHARED={}", to.display()))
            .status();
        assert!(status.unwrap().success(), "linking failed");
        to
    };
    LINKED.get_or_init(link).clone()
}

/// Where compiled programs go.
pub(crate) fn work_folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("c");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn profile_folder() -> PathBuf {
    // target/<profile>/deps/<test>
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().to_owned()
}

/// A C or C++ program, to be compiled against the header and linked with the library.
pub(crate) struct Program {
    compiler: &'static str,
    source: PathBuf,
    flags: Vec<String>,
    is_static: bool,
}

impl Program {
    pub(crate) fn c(name: &str, text: &str) -> Self {
        Self::new("cc", &format!("{name}.c"), text)
    }

    pub(crate) fn cpp(name: &str, text: &str) -> Self {
        Self::new("c++", &format!("{name}.cpp"), text)
    }

    /// A program that is a file of the repository.
    pub(crate) fn file(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap();
        Self::new("cc", Path::new(path).file_name().unwrap().to_str().unwrap(), &text)
    }

    fn new(compiler: &'static str, file: &str, text: &str) -> Self {
        let source = work_folder().join(file);
        fs::write(&source, text).unwrap();
        Self { compiler, source, flags: Vec::new(), is_static: false }
    }

    pub(crate) fn flags(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(ToString::to_string));
        self
    }

    /// Linked with the static library instead of the shared one.
    pub(crate) fn linked_statically(mut self) -> Self {
        self.is_static = true;
        self
    }

    fn library(&self) -> Vec<String> {
        if self.is_static {
            return [&archive().display().to_string(), "-lpthread", "-ldl", "-lm"]
                .map(ToString::to_string)
                .into();
        }
        let library = shared();
        let rpath = format!("-Wl,-rpath,{}", library.parent().unwrap().display());
        vec![library.display().to_string(), rpath]
    }

    /// Compiles and links; gives the executable.
    pub(crate) fn compile(&self) -> PathBuf {
        let name = self.source.file_name().unwrap().to_str().unwrap();
        let to = work_folder().join(format!("{name}{}.out", self.flags.len()));
        let output = Command::new(self.compiler)
            .args(["-g", "-Wall", "-Wextra", "-Werror"])
            .args(&self.flags)
            .arg("-I")
            .arg(root().join("include"))
            .arg(&self.source)
            .arg("-o")
            .arg(&to)
            .args(self.library())
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {}", text_of(&output.stderr));
        to
    }

    /// Compiles and runs; a status other than 0 and any word on standard error is a failure.
    pub(crate) fn run(&self) -> String {
        let output = Command::new(self.compile()).current_dir(scratch()).output().unwrap();
        told(&self.source, &output)
    }

    /// Compiles and runs under valgrind, which must find nothing.
    pub(crate) fn run_under_valgrind(&self, more: &[&str]) -> String {
        let output = Command::new("valgrind")
            .args(["-q", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite"])
            .args(["--errors-for-leak-kinds=definite"])
            .args(more)
            .arg(self.compile())
            .current_dir(scratch())
            .output()
            .expect("valgrind must be installed");
        told(&self.source, &output)
    }
}

/// Where programs run: an argument may be a relative path.
fn scratch() -> PathBuf {
    let folder = work_folder().join("scratch");
    let _ = fs::create_dir(&folder);
    folder
}

fn told(source: &Path, output: &Output) -> String {
    let (out, err) = (text_of(&output.stdout), text_of(&output.stderr));
    assert!(output.status.success(), "{}: {}\n{out}\n{err}", source.display(), output.status);
    assert_eq!(err, "", "{}: words on standard error", source.display());
    out
}

fn text_of(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}
