// SPDX-License-Identifier: Apache-2.0

package import Namespaces
public import SystemPackage

/// A network namespace, said the way people say it; whether it exists is seen when it is opened.
public enum NetworkNamespace: Sendable, Hashable {
  /// That of the calling thread.
  case current
  /// That which is bound by this name in `/run/netns` or else in `/run/docker/netns`; a number that is no such name is a
  /// process.
  case named(String)
  /// That which this file is, or is bound to.
  case path(FilePath)
  /// That in which a process of this number lives.
  case process(Int32)

  /// Reads a namespace as people write it: `host` for their own, a path with a `/` in it, a name, or the number of a
  /// process.
  public init(_ text: String) {
    self =
      switch text {
      case "host": .current
      case _ where text.contains("/"): .path(FilePath(text))
      default: .named(text)
      }
  }
}

extension NetworkNamespace: CustomStringConvertible {
  /// The namespace as one writes it; a process as `pid 1234`.
  public var description: String {
    switch self {
    case .current: "host"
    case .named(let name): name
    case .path(let path): path.string
    case .process(let number): "pid \(number)"
    }
  }
}

extension NetworkNamespace {
  /// The directories in which names are looked up.
  static let directories: [FilePath] = ["/run/netns", "/run/docker/netns"]

  /// The files that it may be, the first of which that is there is it.
  package var files: [FilePath] {
    switch self {
    case .current: ["/proc/thread-self/ns/net"]
    case .named(let name): NetworkNamespace.files(named: name) + (Int32(name).map { [.namespace(ofProcess: $0)] } ?? [])
    case .path: bindings
    case .process(let number): [.namespace(ofProcess: number)]
    }
  }

  /// The files that it may be bound to; a number is taken for a process.
  package var bindings: [FilePath] {
    switch self {
    case .named(let name): Int32(name) == nil ? NetworkNamespace.files(named: name) : []
    case .path(let path): [path]
    case .current, .process: []
    }
  }

  /// Which one it is; `nil` where that is not to be seen.
  package var identity: NamespaceIdentity? {
    for file in files {
      if let identity = try? NamespaceIdentity(file) { return identity }
    }
    return nil
  }

  private static func files(named name: String) -> [FilePath] { directories.map { $0.appending(name) } }
}

extension FilePath {
  static func namespace(ofProcess number: Int32) -> FilePath { FilePath("/proc/\(number)/ns/net") }
}
