// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
package import SystemPackage

/// Which namespace a file is: two files of one namespace have the same device and inode.
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

  /// Looks for the first of these files that is a network namespace; where none is, for the first that is there.
  ///
  /// - Parameter files: The files that a namespace may be.
  /// - Returns: The path and the identity of the file; `nil` where none of the files is there.
  package static func first(of files: [FilePath]) -> (path: FilePath, identity: NamespaceIdentity)? {
    var first: (path: FilePath, identity: NamespaceIdentity)?
    let device = files.count > 1 ? try? NamespaceIdentity("/proc/thread-self/ns/net").device : nil
    for file in files {
      // The name of a file that is no namespace is not the number of a process.
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
  package func isNetworkNamespace(at path: FilePath, device: UInt) -> Bool {
    // To open another file may do something.
    guard self.device == device else { return false }
    let descriptor =
      (try? ProcessPath(path)?.open(O_RDONLY)) ?? path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
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
  /// Whether it is a link of a process's, such as `/proc/1234/ns/net`.
  var isLinkOfProcess: Bool { starts(with: "/proc") }
}

extension NamespaceIdentity: CustomStringConvertible {
  /// The network namespace as the kernel names it: `net:[4026531840]`.
  package var description: String { "net:[\(inode)]" }
}

/// Which network namespace it was, also when it has gone since and another one has got its inode.
package struct NamespaceFingerprint: Sendable, Hashable {
  /// Which one its file is.
  package let identity: NamespaceIdentity
  /// The number that no other one gets until the machine is booted; `nil` before Linux 5.14.
  package let cookie: UInt64?
  package init(identity: NamespaceIdentity, cookie: UInt64?) {
    self.identity = identity
    self.cookie = cookie
  }

  /// The mark of a namespace; `nil` where there is none.
  ///
  /// - Parameters:
  ///   - namespace: The files that it may be, of which the first that is there is it.
  ///   - isOwn: Whether it is the calling thread's own, so that nothing is entered.
  /// - Throws: ``NamespaceError``, when it is there and cannot be told from others.
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

  /// Whether it is the same namespace, as far as can be told where a kernel has no cookies.
  package func matches(_ other: NamespaceFingerprint) -> Bool {
    identity == other.identity && (cookie == nil || other.cookie == nil || cookie == other.cookie)
  }

  /// The mark that was written as ``text``.
  package init?(text: String) {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard let first = parts.first, let identity = NamespaceIdentity(text: String(first)) else { return nil }
    let cookie = parts.count > 1 ? UInt64(parts[1]) : nil
    guard parts.count == 1 || cookie != nil else { return nil }
    self.init(identity: identity, cookie: cookie)
  }

  /// The mark as text that can be read again.
  package var text: String { identity.text + (cookie.map { " \($0)" } ?? "") }

  private static func cookieHere() -> Result<UInt64, Errno> {
    var cookie: UInt64 = 0
    return network_namespace_cookie(&cookie) == 0 ? .success(cookie) : .failure(Errno(rawValue: errno))
  }
}
