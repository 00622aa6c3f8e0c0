// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
package import SystemPackage
internal import Text

/// The network namespaces that a line of the policy is for.
///
/// `host` is the namespace in which the program was started, and no other pattern matches it: Docker binds it at
/// `/run/docker/netns/default`, and `/run/docker/netns/*` must not change the host. Any other pattern is compared as in
/// fnmatch(3), byte by byte: with every path at which a namespace is bound or, if it has no `/`, with the last
/// component of each path. If only another mount namespace has a
/// network namespace bound, the path counts as it is there.
package struct NamespacePattern: Sendable, Hashable {
  private enum Kind { case host, name, path }

  /// The pattern as written.
  package let text: String
  private let kind: Kind
  private let pattern: String
  private let hasWildcards: Bool

  /// Reads a pattern; `nil` for a path that does not begin with `/`, and for an empty text.
  package init?(_ text: String) {
    let isPath = text.utf8.contains(UInt8(ascii: "/"))
    guard !text.isEmpty, !isPath || text.utf8.first == UInt8(ascii: "/") else { return nil }
    self.text = text
    kind = isPath ? .path : text == "host" ? .host : .name
    // Docker's documentation writes /var/run, which is a link. The kernel knows such a path as /run.
    pattern = text.utf8.starts(with: "/var/run/".utf8) ? String(text.utf8.dropFirst(4)) ?? text : text
    hasWildcards = text.withCString { strpbrk($0, #"*?[\"#) != nil }
  }

  /// Whether the pattern matches a network namespace.
  ///
  /// - Parameters:
  ///   - isHost: Whether it is the namespace in which the program was started.
  ///   - paths: Every path at which it is bound, absolute, and with `/run` in place of `/var/run` if that is a link.
  /// - Returns: Whether the pattern is `host` for the host, or matches one of the paths.
  package func matches(isHost: Bool, paths: [String]) -> Bool {
    guard !isHost, kind != .host else { return isHost && kind == .host }
    return pattern.withCString { pattern in
      paths.contains { path in path.withCString { matches(pattern, path: $0) } }
    }
  }

  /// Whether it is the word for the network namespace that the tool was started in.
  package var isHost: Bool { kind == .host }

  /// Whether it can match only one name or path.
  package var isExact: Bool { !hasWildcards }

  /// Whether it may match files outside of `/run/netns` and `/run/docker/netns`.
  package var mayBeElsewhere: Bool {
    kind == .path && !["/run/netns/", "/run/docker/netns/"].contains(where: pattern.hasPrefix)
  }

  /// Finds the files that it matches outside of `/run/netns` and `/run/docker/netns`; none where it is a name.
  ///
  /// - Parameter deadline: When to stop.
  /// - Returns: The files.
  /// - Throws: `Errno`, when it cannot be found out: `.timedOut` after the deadline, `.fileTooLarge` for too many files.
  package func filesElsewhere(until deadline: ContinuousClock.Instant) throws(Errno) -> [FilePath] {
    guard mayBeElsewhere else { return [] }
    let files = ProcessFiles(root: "/", directory: nil, until: deadline)
    guard hasWildcards else {
      try files.checkTime()
      do throws(Errno) { _ = try NamespaceIdentity(FilePath(pattern)) } catch {
        guard [.noSuchFileOrDirectory, .notDirectory, .fileNameTooLong].contains(error) else { throw error }
        return []
      }
      return [FilePath(pattern)]
    }
    // To fnmatch(3), which decides in the end, braces are plain characters.
    return try files.matches(of: pattern.replacingEach("{", with: #"\{"#)).map { FilePath($0) }
  }

  private func matches(_ pattern: UnsafePointer<CChar>, path: UnsafePointer<CChar>) -> Bool {
    var subject = path
    if kind == .name, let slash = strrchr(path, CInt(UInt8(ascii: "/"))) { subject = UnsafePointer(slash + 1) }
    return hasWildcards ? fnmatch(pattern, subject, FNM_PATHNAME) == 0 : strcmp(pattern, subject) == 0
  }
}
