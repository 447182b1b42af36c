//! What a release is: its identifier, its numbering, what it supersedes, how it is deployed.

use super::words::words;
use std::fmt;

words! {
    /// Decides numbering: of releases the first three, of RFCs the last three.
    pub enum Level {
        Major = "major" "Major",
        Minor = "minor" "Minor",
        Emergency = "emergency" "Emergency",
        Standard = "standard" "Standard",
        Normal = "normal" "Normal",
    }
}

words! {
    pub enum Strategy {
        BigBang = "big_bang" "Big bang",
        Phased = "phased" "Phased",
    }
}

words! {
    pub enum Distribution {
        Push = "push" "Push",
        Pull = "pull" "Pull",
    }
}

impl Level {
    /// How many parts a version of this level has, where the policy says nothing else.
    pub const fn parts(self) -> usize {
        match self {
            Level::Major => 1,
            Level::Minor => 2,
            Level::Emergency | Level::Standard | Level::Normal => 3,
        }
    }

    /// Whether a release of this level takes the place of earlier ones of the other: a major one of minor and emergency ones, a minor one of
    /// emergency ones.
    pub const fn outranks(self, other: Level) -> bool {
        self.rank() > other.rank()
    }

    const fn rank(self) -> u8 {
        match self {
            Level::Major => 2,
            Level::Minor => 1,
            Level::Emergency | Level::Standard | Level::Normal => 0,
        }
    }
}

/// A version in one to three parts: `v2`, `v1.3`, `v1.2.1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<i32>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionRefusal {
    #[error("Write the version as numbers with points between, such as v1.3.")]
    Malformed,
    #[error("Releases of this category have versions of {}; this one has {found}.", counted(*.parts))]
    WrongParts { parts: usize, found: usize },
    #[error("{version} exists already for this CI; the next free one is {next}.")]
    Taken { version: Version, next: Version },
    #[error("{version} goes backwards: {latest} exists already. The next free one is {next}.")]
    Backwards { version: Version, latest: Version, next: Version },
    #[error("{version} needs {base} before it, and this CI has no such release. The next free one is {next}.")]
    NoBase { version: Version, base: Version, next: Version },
}

fn counted(count: usize) -> String {
    if count == 1 { "one part".into() } else { format!("{count} parts") }
}

impl Version {
    /// One to three numbers of at most nine digits each, with or without a v before them.
    pub fn parse(text: &str) -> Result<Version, VersionRefusal> {
        let text = text.trim();
        let digits = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let part = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit()).then(|| it.parse().ok().filter(|_| it.len() <= 9)).flatten();
        let parts: Option<Vec<i32>> = digits.split('.').map(part).collect();
        match parts {
            Some(parts) if (1..=3).contains(&parts.len()) => Ok(Version(parts)),
            Some(_) | None => Err(VersionRefusal::Malformed),
        }
    }

    /// A version read back from its stored parts.
    pub fn of_parts(parts: Vec<i32>) -> Version {
        Version(parts)
    }

    pub fn parts(&self) -> &[i32] {
        &self.0
    }

    /// The version in so many parts that a new release is offered, given those the CI has.
    /// One in two parts continues the newest first part, one in three the newest first two.
    pub fn next(parts: usize, existing: &[Version]) -> Version {
        let length = parts.saturating_sub(1);
        let mut base = vec![0; length];
        if let Some(first) = base.first_mut() {
            *first = 1;
        }
        let newest = existing.iter().map(|it| it.leading(length)).max();
        Version::after(newest.unwrap_or(base), existing)
    }

    fn after(base: Vec<i32>, existing: &[Version]) -> Version {
        let last = existing.iter().filter(|it| it.0.len() > base.len() && it.0.starts_with(&base)).map(|it| it.0[base.len()]).max();
        let mut next = base;
        next.push(last.map_or(1, |last| last.saturating_add(1)));
        Version(next)
    }

    /// Whether a new release whose versions have so many parts may carry this one.
    pub fn fits(&self, parts: usize, existing: &[Version]) -> Result<(), VersionRefusal> {
        if self.0.len() != parts {
            return Err(VersionRefusal::WrongParts { parts, found: self.0.len() });
        }
        if existing.contains(self) {
            return Err(VersionRefusal::Taken { version: self.clone(), next: Version::next(parts, existing) });
        }
        let length = self.0.len();
        // A longer version speaks for what it continues: v3.1 says that there was a v3.
        let rivals = existing.iter().filter(|it| it.0.len() >= length && it.0.starts_with(self.family()));
        match rivals.max_by_key(|it| it.0[length - 1]) {
            Some(latest) if latest.0[length - 1] >= self.0[length - 1] => {
                Err(VersionRefusal::Backwards { version: self.clone(), latest: latest.clone(), next: Version::next(parts, existing) })
            }
            Some(_) | None => self.has_base(parts, existing),
        }
    }

    /// A version continues something that exists, unless the CI has nothing yet to continue.
    fn has_base(&self, parts: usize, existing: &[Version]) -> Result<(), VersionRefusal> {
        let shorter = || existing.iter().filter(|it| it.0.len() < self.0.len());
        if self.0.len() == 1 || shorter().next().is_none() || existing.iter().any(|it| it.leading(self.0.len() - 1) == self.family()) {
            Ok(())
        } else {
            Err(VersionRefusal::NoBase { version: self.clone(), base: Version(self.family().to_vec()), next: Version::next(parts, existing) })
        }
    }

    /// What it continues: `1.2` of `1.2.1`.
    fn family(&self) -> &[i32] {
        &self.0[..self.0.len() - 1]
    }

    /// Its first `length` parts; those it lacks are 0.
    fn leading(&self, length: usize) -> Vec<i32> {
        let mut parts = self.0.clone();
        parts.resize(length, 0);
        parts
    }
}

/// Whether a release, when it closes, supersedes another one of its CI: the other is of a lesser level and came before it.
pub fn supersedes((level, version): (Level, &Version), (other_level, other): (Level, &Version)) -> bool {
    level.outranks(other_level) && other < version
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(i32::to_string).collect();
        write!(f, "v{}", parts.join("."))
    }
}

/// CI and version: `HR_System v1.3`.
pub fn identifier(item: &str, version: &Version) -> String {
    format!("{} {version}", item.split_whitespace().collect::<Vec<_>>().join("_"))
}

#[cfg(test)]
mod tests;
