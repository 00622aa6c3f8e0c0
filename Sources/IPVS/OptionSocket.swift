// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// A socket whose options are the kernel's IPVS in one network namespace.
///
/// The kernel has the options on every IPv4 socket. For them it requires CAP_NET_ADMIN in the user namespace that owns the
/// network namespace, while netlink requires it in the initial one. A raw socket, as ipvsadm uses it, would require
/// CAP_NET_RAW, too.
struct OptionSocket: ~Copyable, Sendable {
  private let descriptor: CInt

  /// Opens a socket in the network namespace of the calling thread.
  ///
  /// - Throws: `Errno`, when the system refuses it.
  init() throws(Errno) {
    self.init(try OptionSocket.open())
  }

  /// Takes ownership of an open socket.
  init(_ descriptor: CInt) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Opens a descriptor that is not one of the standard streams, which the caller may have closed.
  static func open() throws(Errno) -> CInt {
    let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    guard descriptor <= STDERR_FILENO else { return descriptor }
    defer { close(descriptor) }
    let other = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    guard other >= 0 else { throw Errno(rawValue: errno) }
    return other
  }

  /// Reads an option.
  ///
  /// - Parameters:
  ///   - option: Its number.
  ///   - value: Gets the answer. It has the kernel's own layout.
  /// - Throws: `Errno`; ENOPROTOOPT if ip_vs is not loaded.
  borrowing func get<Value: BitwiseCopyable>(_ option: Int, _ value: inout Value) throws(Errno) {
    var size = socklen_t(MemoryLayout<Value>.size)
    guard getsockopt(descriptor, CInt(IPPROTO_IP), CInt(option), &value, &size) == 0 else {
      throw Errno(rawValue: errno)
    }
  }

  /// Sets an option.
  ///
  /// - Parameters:
  ///   - option: Its number.
  ///   - value: The value, in the kernel's own layout.
  /// - Throws: `Errno`; ENOPROTOOPT if ip_vs is not loaded.
  borrowing func set<Value: BitwiseCopyable>(_ option: Int, to value: Value) throws(Errno) {
    var value = value
    let size = socklen_t(MemoryLayout<Value>.size)
    guard setsockopt(descriptor, CInt(IPPROTO_IP), CInt(option), &value, size) == 0 else {
      throw Errno(rawValue: errno)
    }
  }
}
