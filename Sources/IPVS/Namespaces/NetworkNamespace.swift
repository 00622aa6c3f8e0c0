// SPDX-License-Identifier: Apache-2.0

package import Linux
package import Netlink
public import SystemPackage

/// A network namespace, named the way people name it.
///
/// Whether it exists turns out when it is opened.
public enum NetworkNamespace: Sendable, Hashable {
  /// The namespace of the calling thread.
  case current
  /// The namespace bound by this name in `/run/netns`, or else in `/run/docker/netns`.
  ///
  /// A number that is no such name means a process. A name may consist of digits only, because container engines bind
  /// such names.
  case named(String)
  /// The namespace at this path: a file to which it is bound, or a link to it.
  case path(FilePath)
  /// The namespace in which the process with this number lives.
  case process(Int32)

  /// Reads a namespace as people write it.
  ///
  /// - Parameter text: `host` for the caller's own, a path with a `/` in it, `pid 1234` for a process, or a name. A
  ///   number is a name first. It is a process only if no namespace is bound by that name.
  public init(parsing text: String) {
    self =
      switch text {
      case "host": .current
      case _ where text.hasSlash: .path(NetworkNamespace.path(text))
      case _ where text.hasPrefix("pid "): Int32(text.dropFirst(4)).map(NetworkNamespace.process) ?? .named(text)
      default: .named(text)
      }
  }

  /// A path in which a `/` is left, although `FilePath` removes the last one of `blue/`.
  private static func path(_ text: String) -> FilePath {
    let path = FilePath(text)
    return path.string.hasSlash ? path : FilePath("./\(path.string)")
  }
}

extension String {
  /// Whether it has a `/`, which may come before a combining mark: to the system, it is a byte.
  fileprivate var hasSlash: Bool { utf8.contains(UInt8(ascii: "/")) }
}

extension NetworkNamespace: CustomStringConvertible {
  /// The namespace as ``init(parsing:)`` reads it back: `host`, `blue`, `/run/netns/blue`, `pid 1234`.
  ///
  /// A name that means something else there, such as `host`, is written with its directory `/run/netns`.
  public var description: String {
    switch self {
    case .current: "host"
    case .named(let name) where NetworkNamespace(parsing: name) != self: "/run/netns/\(name)"
    case .named(let name): name
    case .path(let path) where !path.string.hasSlash: "./\(path.string)"
    case .path(let path): path.string
    case .process(let number): "pid \(number)"
    }
  }
}

extension NetworkNamespace {
  /// The directories in which names are looked up.
  static let directories: [FilePath] = {
    var directories: [FilePath] = []
    while let prefix = directoryPrefix(directories.count) { directories.append(FilePath("\(prefix)")) }
    return directories
  }()

  /// What the paths in ``directories`` begin with, by their position; `nil` after the last one.
  ///
  /// This is a function, because the runtime would look up metadata for an array.
  static func directoryPrefix(_ position: Int) -> StaticString? {
    switch position {
    case 0: "/run/netns/"
    case 1: "/run/docker/netns/"
    default: nil
    }
  }

  /// Whether something holds for one of them.
  static func hasDirectoryPrefix(where predicate: (StaticString) -> Bool) -> Bool {
    var position = 0
    while let prefix = directoryPrefix(position) {
      if predicate(prefix) { return true }
      position += 1
    }
    return false
  }

  /// The name of a file in one of ``directories``; `nil` for another path.
  static func nameInDirectory(_ path: String) -> String? {
    var position = 0
    while let prefix = directoryPrefix(position) {
      position += 1
      let prefix = "\(prefix)"
      guard path.hasPrefix(prefix) else { continue }
      let name = path[path.utf8.index(path.startIndex, offsetBy: prefix.utf8.count)...]
      return name.utf8.contains(UInt8(ascii: "/")) ? nil : String(name)
    }
    return nil
  }

  /// The files that the namespace may be.
  ///
  /// The first namespace among them counts.
  package var files: [FilePath] {
    switch self {
    case .current: ["/proc/thread-self/ns/net"]
    case .named(let name):
      NetworkNamespace.files(named: name)
        + (NetworkNamespace.process(named: name).map { [.namespace(ofProcess: $0)] } ?? [])
    case .path: bindings
    case .process(let number): [.namespace(ofProcess: number)]
    }
  }

  /// The files to which the namespace may be bound; a number counts as a process.
  package var bindings: [FilePath] {
    switch self {
    case .named(let name):
      NetworkNamespace.process(named: name) == nil ? NetworkNamespace.files(named: name) : []
    case .path(let path): [path]
    case .current, .process: []
    }
  }

  /// The process that a name may mean, if the name is a number.
  private static func process(named name: String) -> Int32? { Int32(name) }

  /// Which namespace it is; `nil` where that cannot be seen.
  package var identity: NamespaceIdentity? {
    if case .current = self { .own } else { NamespaceIdentity.first(of: files)?.identity }
  }

  /// Moves the calling thread into the namespace.
  ///
  /// It tries the ``files`` without making paths of them. It is not for the caller's own namespace, which is not entered.
  ///
  /// - Throws: `NamespaceError`.
  @Sendable func enter() throws(NamespaceError) {
    var entrance = NamespaceEntrance()
    switch self {
    case .current: preconditionFailure("the caller's own namespace is not entered")
    case .path(let path): return try NamespaceThread.enter([path])
    case .named(let name):
      var position = 0
      while let directory = NetworkNamespace.directoryPrefix(position) {
        if try entrance.enter(in: directory, name) { return }
        position += 1
      }
      guard let number = NetworkNamespace.process(named: name) else { throw entrance.failure }
      if try entrance.enter(in: "/proc/", "\(number)/ns/net") { return }
    case .process(let number):
      if try entrance.enter(in: "/proc/", "\(number)/ns/net") { return }
    }
    throw entrance.failure
  }

  private static func files(named name: String) -> [FilePath] { directories.map { $0.appending(name) } }
}

extension NetworkNamespace {
  /// Whether it is the namespace of process 1, in which systemd applies a policy; `nil` if that is not visible.
  package var isOfFirstProcess: Bool? { NetworkNamespace.process(1).identity.map { $0 == identity } }
}

extension FilePath {
  static func namespace(ofProcess number: Int32) -> FilePath { FilePath("/proc/\(number)/ns/net") }
}

/// How to open the files in which the kernel lists the services and connections of one network namespace.
extension NetworkNamespace {
  /// Runs code on a thread in the namespace.
  ///
  /// For the caller's own namespace, nothing is entered.
  ///
  /// If the thread is too slow, its result comes when nobody waits any longer. So a descriptor is returned in a `Parcel`.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  func visited<Value: Sendable>(
    for operation: IPVSError.Operation, _ body: @escaping @Sendable () -> Value
  ) throws(IPVSError) -> Value {
    do throws(NamespaceError) {
      return self == .current ? body() : try NamespaceThread.run(in: files, body)
    } catch {
      throw IPVSError(error, during: operation, in: self)
    }
  }

  /// The descriptor of such a file, which exists if ip_vs is loaded.
  ///
  /// - Throws: ``IPVSError``, when the file was not opened.
  func file(_ opened: Result<Parcel, Errno>, for operation: IPVSError.Operation) throws(IPVSError) -> CInt {
    do throws(Errno) {
      return try opened.get().take()
    } catch {
      let code = error == .noSuchFileOrDirectory ? KernelModule.whyAbsent() : .refused
      throw IPVSError(code, operation, in: self, errno: error)
    }
  }
}

extension FileLines {
  /// The next line of such a file, as from ``next()``.
  ///
  /// - Throws: ``IPVSError``, when the file cannot be read or has a line that is longer than the buffer.
  mutating func next(
    for operation: IPVSError.Operation, in namespace: NetworkNamespace
  ) throws(IPVSError) -> UnsafeRawBufferPointer? {
    do throws(Errno) {
      return try next()
    } catch {
      throw IPVSError(.refused, operation, in: namespace, errno: error)
    }
  }
}

extension NetworkNamespace {
  /// Opens a netlink socket in the namespace.
  ///
  /// For the caller's own namespace, nothing is entered.
  ///
  /// - Parameters:
  ///   - protocol: The netlink protocol, which decides which part of the kernel answers.
  ///   - replyTimeout: How long to wait for each answer of the kernel.
  /// - Returns: The socket.
  /// - Throws: `NetlinkError`, when the namespace is not entered or the system refuses the socket.
  package func socket(
    _ protocol: NetlinkProtocol = .generic, replyTimeout: Duration = .seconds(5)
  ) throws(NetlinkError) -> Netlink.Socket {
    if case .current = self { return try Socket(`protocol`, replyTimeout: replyTimeout) }
    var batch = SocketBatch(`protocol`, count: 1, replyTimeout: replyTimeout) { _ throws(NamespaceError) in
      try enter()
    }
    guard let socket = try batch.next() else { throw .unexpectedReply }
    return socket
  }
}
