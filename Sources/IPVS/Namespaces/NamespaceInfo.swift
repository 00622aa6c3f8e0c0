// SPDX-License-Identifier: Apache-2.0

package import Linux
public import SystemPackage

/// A network namespace that exists, with its names.
public struct NamespaceInfo: Sendable, Hashable {
  /// The namespace, as ``Client/init(in:replyTimeout:)`` accepts it.
  public let namespace: NetworkNamespace
  /// The best name for the namespace.
  ///
  /// No other namespace has it: `host` for the caller's own, the name by which it is bound in `/run/netns` or
  /// `/run/docker/netns`, the path where it is bound elsewhere or where another namespace has that name, or a process
  /// that lives in it: `pid 1234 (nginx)`.
  ///
  /// Other people choose the names of files and processes. Such a name may contain control characters.
  public let name: String
  /// Where the namespace is bound.
  ///
  /// A path such as `/proc/1234/root/run/netns/blue` is a binding that only the mount namespace of process 1234 has;
  /// such paths are here only where the caller's own mount namespace has none.
  public let paths: [FilePath]
  /// Which namespace it is, by the numbers of its file.
  package let fileIdentity: NamespaceIdentity

  /// Describes a namespace.
  package init(_ namespace: NetworkNamespace, _ identity: NamespaceIdentity, name: String, paths: [FilePath]) {
    self.namespace = namespace
    fileIdentity = identity
    self.name = name
    self.paths = paths
  }

  /// The same namespace, which is bound at another path, too.
  func adding(_ path: FilePath) -> NamespaceInfo {
    paths.contains(path) ? self : NamespaceInfo(namespace, fileIdentity, name: name, paths: paths + [path])
  }
}

extension NamespaceInfo {
  /// The identity of a namespace, whatever its name: two names with the same identity are the same namespace.
  ///
  /// The kernel may give the numbers of a namespace that has ended to a later one.
  public struct Identity: Sendable, Hashable, CustomStringConvertible {
    /// The number of the device of the kernel's file system for namespaces, `st_dev` of `stat(2)`.
    public let device: UInt64
    /// The number of the namespace on that device, `st_ino` of `stat(2)`.
    public let inode: UInt64

    /// The namespace as `readlink /proc/self/ns/net` prints it: `net:[4026531840]`.
    public var description: String { "net:[\(inode)]" }
  }

  /// The identity of the namespace, which does not depend on its name.
  public var identity: Identity {
    Identity(device: UInt64(fileIdentity.device), inode: UInt64(fileIdentity.inode))
  }
}

extension NetworkNamespace {
  /// Whether it is the caller's own, if it was looked up.
  package func isOwn(_ known: NamespaceInfo?) -> Bool { (known?.namespace ?? self) == .current }

  /// The paths by which a policy may name the namespace: where it is bound or, if it was not looked up, where it would
  /// be.
  ///
  /// A path in another mount namespace counts as the processes there see it, too.
  package func paths(_ known: NamespaceInfo?) -> [String] {
    (known?.paths ?? bindings).flatMap { path in
      [path.string]
        + (ProcessPath(path).map { [$0.inside.string.withoutVar] } ?? [path.string.withoutVar])
        .filter { $0 != path.string }
    }
  }
}

extension String {
  /// The path as the kernel writes it where `/var/run` is a link to `/run`.
  fileprivate var withoutVar: String { hasPrefix("/var/run/") ? String(dropFirst(4)) : self }
}
