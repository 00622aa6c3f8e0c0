// SPDX-License-Identifier: Apache-2.0

public import Namespaces
public import SystemPackage
internal import Text

/// A network namespace that is there, with all that it is known by.
public struct KnownNamespace: Sendable, Hashable {
  /// Which namespace one is.
  public typealias Identity = NamespaceIdentity

  /// What to give to ``Client/init(in:replyTimeout:)``.
  public let namespace: NetworkNamespace
  /// The best name for it, which no other has: `host` for the caller's own, the name by which it is bound, the path
  /// where that name is another's, or a process that lives in it: `pid 1234 (nginx)`.
  ///
  /// Names of files and processes are other people's text; they may hold control characters.
  public let name: String
  /// Where it is bound, in `/run/netns` and `/run/docker/netns`.
  public let paths: [FilePath]
  /// Which one it is.
  public let identity: Identity

  /// A namespace with its parts.
  package init(_ namespace: NetworkNamespace, _ identity: NamespaceIdentity, name: String, paths: [FilePath]) {
    self.namespace = namespace
    self.identity = identity
    self.name = name
    self.paths = paths
  }
}

extension KnownNamespace {
  /// What makes a command go to it, after a blank.
  package var option: String {
    switch namespace {
    case .current: " --netns host"
    case .path(let path) where path.lastComponent?.string == name: NetworkNamespace.option(name)
    default: namespace.option
    }
  }
}

extension NetworkNamespace {
  /// Whether it is the caller's own, by what is known of it.
  package func isOwn(_ known: KnownNamespace?) -> Bool { (known?.namespace ?? self) == .current }

  /// Where it is bound, by what is known of it; where nothing is, where it would be.
  package func paths(_ known: KnownNamespace?) -> [String] { (known?.paths ?? bindings).map(\.string) }
}

extension NetworkNamespace {
  /// What makes another program run in it, before that; empty where it is the caller's own.
  ///
  /// - Parameter known: What is known of it, where it was looked up.
  /// - Returns: The program that does so, its arguments and a blank.
  package func entering(_ known: KnownNamespace?) -> String {
    let namespace = known?.namespace ?? self
    let isThere = { (file: FilePath) in (try? NamespaceIdentity(file)) != nil }
    guard namespace != .current, let file = namespace.files.first(where: isThere) ?? namespace.files.first else {
      return ""
    }
    return "nsenter --net=\(file.string.shellWord) "
  }

  /// What makes a command go to it, after a blank; empty where it is the caller's own.
  ///
  /// - Parameter known: What is known of it, where it was looked up.
  /// - Returns: The option, after a blank.
  package func option(_ known: KnownNamespace?) -> String {
    guard let known else { return option }
    return known.namespace == .current ? "" : known.option
  }
}
