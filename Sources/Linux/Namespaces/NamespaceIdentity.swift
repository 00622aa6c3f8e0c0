// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
package import SystemPackage

/// Identifies a namespace: two files of one namespace have the same device and inode.
package struct NamespaceIdentity: Sendable, Hashable {
  /// The number of its device.
  package let device: UInt
  /// Its number on that device.
  package let inode: UInt

  /// Makes the identity of a file with these numbers.
  package init(device: UInt, inode: UInt) {
    self.device = device
    self.inode = inode
  }

  /// The identity of the file at a path.
  ///
  /// - Throws: `Errno`, when the system does not say.
  package init(_ path: FilePath) throws(Errno) {
    var file = stat()
    if let path = ProcessPath(path) {
      let descriptor = try path.open(file_handle_only)
      defer { close(descriptor) }
      guard fstat(descriptor, &file) == 0 else { throw Errno(rawValue: errno) }
    } else {
      guard path.withPlatformString({ stat($0, &file) }) == 0 else { throw Errno(rawValue: errno) }
    }
    device = file.st_dev
    inode = file.st_ino
  }

  /// The identity of a namespace of a process.
  ///
  /// - Parameters:
  ///   - process: The number of the process.
  ///   - kind: The name of the namespace in `/proc/1234/ns`.
  /// - Throws: `Errno`, when the process has ended, or does not show it.
  package init(ofProcess process: Int32, _ kind: String = "net") throws(Errno) {
    var file = stat()
    guard process_namespace_status(process, kind, &file) == 0 else { throw Errno(rawValue: errno) }
    device = file.st_dev
    inode = file.st_ino
  }

  /// The network namespace of the calling thread; `nil` where /proc does not show it.
  ///
  /// Without a `FilePath`, whose metadata would cost the most used commands more than the rest.
  package static var own: NamespaceIdentity? {
    var file = stat()
    guard stat("/proc/thread-self/ns/net", &file) == 0 else { return nil }
    return NamespaceIdentity(device: file.st_dev, inode: file.st_ino)
  }

  /// Finds the first of these files that is a namespace; if none is, the first one that exists.
  ///
  /// Files outside of /proc may be on a file system that hangs. So another thread looks them up, for at most 5 s.
  ///
  /// - Parameter files: The files that a namespace may be.
  /// - Returns: The path and the identity of the file; `nil` if none of the files exists, or no answer came in time.
  package static func first(of files: [FilePath]) -> (path: FilePath, identity: NamespaceIdentity)? {
    guard !files.allSatisfy(\.isLinkOfProcess) else { return firstNow(of: files) }
    do throws(ThreadWithTimeout.Obstacle) {
      return try ThreadWithTimeout.run(within: .seconds(5)) { firstNow(of: files) }
    } catch {
      return error == .timedOut ? nil : firstNow(of: files)
    }
  }

  private static func firstNow(of files: [FilePath]) -> (path: FilePath, identity: NamespaceIdentity)? {
    var first: (path: FilePath, identity: NamespaceIdentity)?
    let device = files.count > 1 ? try? NamespaceIdentity("/proc/thread-self/ns/net").device : nil
    for file in files {
      // If a file of this name is no namespace, the name still does not mean a process.
      guard first == nil || !file.isLinkOfProcess, let identity = try? NamespaceIdentity(file) else { continue }
      if device == nil || identity.device == device { return (file, identity) }
      first = first ?? (file, identity)
    }
    return first
  }

  /// Whether the file at a path is a network namespace, by its identity and by what the kernel says.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - device: The device of the kernel's file system for namespaces.
  /// - Returns: Whether it is one.
  package func isNetworkNamespace(at path: FilePath, device: UInt) -> Bool {
    // Opening another kind of file can have side effects.
    guard self.device == device else { return false }
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY
    let descriptor =
      (try? ProcessPath(path)?.open(flags)) ?? path.withPlatformString { open($0, flags | O_CLOEXEC) }
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // The path may lead to another file by now; the request means something else to other files.
    var file = stat()
    guard fstat(descriptor, &file) == 0, file.st_dev == device else { return false }
    return network_namespace_is(descriptor) != 0
  }

  /// The identity that was written as ``text``.
  package init?(text: String) {
    let numbers = text.split(separator: ":").compactMap { UInt($0) }
    guard numbers.count == 2 else { return nil }
    (device, inode) = (numbers[0], numbers[1])
  }

  /// The identity as text that can be read again.
  package var text: String { "\(device):\(inode)" }
}

extension FilePath {
  /// Whether it is a file that exists and is not in the kernel's file system for namespaces.
  ///
  /// It may become a namespace later: `ip netns add` makes a plain file first, which nobody may open. This asks for no
  /// right to open it.
  package var isOtherThanNamespace: Bool {
    ProcessPath(self) == nil && withPlatformString { namespace_file_is($0) } == 0
  }

  /// Whether it is a path in `/proc`, such as `/proc/1234/ns/net`.
  var isLinkOfProcess: Bool { starts(with: "/proc") }
}

extension NamespaceIdentity: CustomStringConvertible {
  /// The network namespace as the kernel names it: `net:[4026531840]`.
  package var description: String { "net:[\(inode)]" }
}

/// Identifies a network namespace even after it has ended and another one has its inode.
package struct NamespaceFingerprint: Sendable, Hashable {
  /// The identity of its file.
  package let identity: NamespaceIdentity
  /// A number that no other namespace gets until the next boot; `nil` before Linux 5.14.
  package let cookie: UInt64?
  package init(identity: NamespaceIdentity, cookie: UInt64?) {
    self.identity = identity
    self.cookie = cookie
  }

  /// The fingerprint of a namespace; `nil` if there is no such namespace.
  ///
  /// - Parameters:
  ///   - namespace: The files that the namespace may be.
  ///   - isOwn: Whether it is the namespace of the calling thread, so that nothing is entered.
  /// - Throws: ``NamespaceError``, when the namespace exists and its cookie cannot be read.
  package init?(of namespace: [FilePath], isOwn: Bool) throws(NamespaceError) {
    guard let identity = NamespaceIdentity.first(of: namespace)?.identity else { return nil }
    let cookie =
      isOwn
      ? NamespaceFingerprint.cookieHere() : try NamespaceThread.run(in: namespace, NamespaceFingerprint.cookieHere)
    do throws(Errno) {
      self.init(identity: identity, cookie: try cookie.get())
    } catch Errno(rawValue: ENOPROTOOPT) {
      self.init(identity: identity, cookie: nil)
    } catch {
      throw .notEntered(error)
    }
  }

  /// Whether it is the same namespace.
  ///
  /// Without cookies, only the identities are compared.
  package func matches(_ other: NamespaceFingerprint) -> Bool {
    identity == other.identity && (cookie == nil || other.cookie == nil || cookie == other.cookie)
  }

  /// The fingerprint that was written as ``text``.
  package init?(text: String) {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard let first = parts.first, let identity = NamespaceIdentity(text: String(first)) else { return nil }
    let cookie = parts.count > 1 ? UInt64(parts[1]) : nil
    guard parts.count == 1 || cookie != nil else { return nil }
    self.init(identity: identity, cookie: cookie)
  }

  /// The fingerprint as text that can be read again.
  package var text: String { identity.text + (cookie.map { " \($0)" } ?? "") }

  private static func cookieHere() -> Result<UInt64, Errno> {
    var cookie: UInt64 = 0
    return network_namespace_cookie(&cookie) == 0 ? .success(cookie) : .failure(Errno(rawValue: errno))
  }
}
