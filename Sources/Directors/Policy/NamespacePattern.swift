// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Which network namespaces a line of the policy is for.
///
/// `host` is the one that the tool was started in, and nothing else ever matches that one: Docker binds it at
/// `/run/docker/netns/default`, and `/run/docker/netns/*` must not change the host. Any other text is compared as
/// fnmatch(3) does, byte by byte: with every path at which a namespace is bound, or, when there is no `/` in it, with
/// the last component of each.
package struct NamespacePattern: Sendable, Hashable {
  private enum Kind { case host, name, path }

  /// What was written.
  package let text: String
  private let kind: Kind
  private let pattern: String
  private let hasWildcards: Bool

  /// A pattern as people write it; `nil` for a path that does not begin with `/`, and for an empty text.
  package init?(_ text: String) {
    let isPath = text.utf8.contains(UInt8(ascii: "/"))
    guard !text.isEmpty, !isPath || text.utf8.first == UInt8(ascii: "/") else { return nil }
    self.text = text
    kind = isPath ? .path : text == "host" ? .host : .name
    // Docker's documentation says /var/run, which is a link; the kernel knows such a path as /run.
    pattern = text.utf8.starts(with: "/var/run/".utf8) ? String(text.utf8.dropFirst(4)) ?? text : text
    hasWildcards = text.withCString { strpbrk($0, #"*?[\"#) != nil }
  }

  /// Whether a network namespace is meant.
  ///
  /// - Parameters:
  ///   - isHost: Whether it is the one that the tool was started in.
  ///   - paths: Every path at which it is bound, absolute, and without `/var/run` where that is a link to `/run`.
  /// - Returns: Whether the pattern matches one of the paths.
  package func matches(isHost: Bool, paths: [String]) -> Bool {
    guard !isHost, kind != .host else { return isHost && kind == .host }
    return pattern.withCString { pattern in
      paths.contains { path in path.withCString { matches(pattern, path: $0) } }
    }
  }

  private func matches(_ pattern: UnsafePointer<CChar>, path: UnsafePointer<CChar>) -> Bool {
    var subject = path
    if kind == .name, let slash = strrchr(path, CInt(UInt8(ascii: "/"))) { subject = UnsafePointer(slash + 1) }
    return hasWildcards ? fnmatch(pattern, subject, FNM_PATHNAME) == 0 : strcmp(pattern, subject) == 0
  }
}
