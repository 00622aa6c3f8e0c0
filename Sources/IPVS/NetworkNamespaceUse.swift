// SPDX-License-Identifier: Apache-2.0

internal import Namespaces
internal import SystemPackage

extension NetworkNamespace {
  /// Whether the namespace has a virtual service or a connection.
  ///
  /// The corresponding files of the kernel are `/proc/net/ip_vs` and `/proc/net/ip_vs_conn`; where ip_vs is not loaded
  /// there are none, and nothing is in use.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  public func isInUse() throws(IPVSError) -> Bool {
    let answer = try visited(for: .lookForUse) { KernelTable.isAnyInUse }
    do throws(Errno) {
      return try answer.get()
    } catch {
      throw IPVSError(.refused, .lookForUse, in: self, errno: error)
    }
  }
}

/// A table of IPVS' in /proc, of which only matters whether anything stands below its heading.
private enum KernelTable: String {
  case services = "ip_vs"
  case connections = "ip_vs_conn"

  /// Whether one of them has entries in the network namespace of the calling thread.
  static var isAnyInUse: Result<Bool, Errno> {
    Result { () throws(Errno) in
      for table in [services, connections] where try table.hasEntries() { return true }
      return false
    }
  }

  /// How many lines the kernel writes before the first entry.
  private var heading: Int {
    switch self {
    case .services: 3
    case .connections: 1
    }
  }

  private func hasEntries() throws(Errno) -> Bool {
    let directory: FilePath = "/proc/thread-self/net"
    do throws(Errno) {
      let text = try SmallFile.read(directory.appending(rawValue))
      return text.utf8.count { $0 == UInt8(ascii: "\n") } > heading
    } catch .noSuchFileOrDirectory where (try? NamespaceIdentity(directory)) != nil {
      return false
    }
  }
}
