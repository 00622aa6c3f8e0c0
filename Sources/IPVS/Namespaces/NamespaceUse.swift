// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

extension NetworkNamespace {
  /// Whether the namespace has a virtual service or a connection.
  ///
  /// The corresponding files of the kernel are `/proc/net/ip_vs` and `/proc/net/ip_vs_conn`. If ip_vs is not loaded, they
  /// do not exist, and nothing is in use.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  public func isInUse() throws(IPVSError) -> Bool {
    try asked(for: .lookForUse) { () throws(Errno) in try KernelTable.isAnyInUse() }
  }

  /// Whether the namespace has a virtual service, in a time that does not grow with their number.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  package func hasServices() throws(IPVSError) -> Bool {
    try asked(for: .readServices) { () throws(Errno) in try KernelTable.services.hasEntries() }
  }

  /// Whether each of several namespaces has a virtual service or a connection.
  ///
  /// One thread enters one namespace after another. Before Linux 7.2, the connections of all namespaces are in one table,
  /// and to read it in a namespace without connections means to walk over everybody's. So there, the table is read
  /// only where ``ConnectionTraces`` do not show that there was never a connection.
  ///
  /// - Parameter namespaces: The network namespaces.
  /// - Returns: For each namespace the answer of ``isInUse()``, or its error.
  package static func areInUse(_ namespaces: [NetworkNamespace]) -> [Result<Bool, IPVSError>] {
    let isShared = namespaces.count > 1 && KernelTable.isShared
    return answers(in: namespaces, for: .lookForUse) { () throws(Errno) in
      try KernelTable.isAnyInUse(trustingTraces: isShared)
    }
  }

  /// Whether each of several namespaces has no virtual service, and its counters show that it never had a connection.
  ///
  /// See ``areInUse(_:)``. Where the table is not shared, or the counters cannot be read, the answer is `false`.
  ///
  /// - Parameter namespaces: The network namespaces.
  /// - Returns: An answer for each namespace.
  package static func areUntouched(_ namespaces: [NetworkNamespace]) -> [Bool] {
    guard namespaces.count > 1, KernelTable.isShared else { return namespaces.map { _ in false } }
    return answers(in: namespaces, for: .readConnections) { () throws(Errno) in
      try !KernelTable.services.hasEntries() && ConnectionTraces.areAbsent()
    }.map { (try? $0.get()) ?? false }
  }

  private func asked(
    for operation: IPVSError.Operation, _ question: @escaping @Sendable () throws(Errno) -> Bool
  ) throws(IPVSError) -> Bool {
    try NetworkNamespace.answers(in: [self], for: operation, question)[0].get()
  }

  /// Asks something about the namespace of the calling thread, in each of several namespaces.
  ///
  /// The caller's own namespace is not entered. A thread enters 32 of the others, so namespaces that hang stop only
  /// those beside them.
  private static func answers(
    in namespaces: [NetworkNamespace], for operation: IPVSError.Operation,
    _ question: @escaping @Sendable () throws(Errno) -> Bool
  ) -> [Result<Bool, IPVSError>] {
    stride(from: 0, to: namespaces.count, by: ClientSequence.batchSize).flatMap { first in
      answers(
        inEach: namespaces[first..<min(first + ClientSequence.batchSize, namespaces.count)], for: operation, question)
    }
  }

  private static func answers(
    inEach namespaces: ArraySlice<NetworkNamespace>, for operation: IPVSError.Operation,
    _ question: @escaping @Sendable () throws(Errno) -> Bool
  ) -> [Result<Bool, IPVSError>] {
    let answer = { @Sendable () -> Result<Bool, Errno> in Result { () throws(Errno) in try question() } }
    let others = namespaces.filter { $0 != .current }
    var visits = NamespaceThread.visit(inEach: others.map(\.files), answer)[...]
    return namespaces.map { namespace in
      switch namespace == .current ? .done(answer()) : visits.removeFirst() {
      case .done(.success(let answer)): .success(answer)
      case .done(.failure(let error)): .failure(IPVSError(.refused, operation, in: namespace, errno: error))
      case .failed(let error): .failure(IPVSError(error, during: operation, in: namespace))
      }
    }
  }
}

/// A table of IPVS in /proc.
///
/// The only question is whether it has a line after its heading.
private enum KernelTable {
  case services
  case connections

  /// Whether all network namespaces share one table of connections, as far as this kernel shows.
  ///
  /// Linux 7.2 gave each namespace its own, and this file.
  static var isShared: Bool { access("/proc/thread-self/net/ip_vs_status", F_OK) != 0 }

  /// Whether one of them has entries in the network namespace of the calling thread.
  ///
  /// - Parameter trustsTraces: Whether not to read the table of connections if there are no traces of any.
  /// - Returns: Whether a table has an entry; `false` also if ip_vs is not loaded.
  /// - Throws: `Errno`, when a table cannot be read.
  static func isAnyInUse(trustingTraces trustsTraces: Bool = false) throws(Errno) -> Bool {
    if try services.hasEntries() { return true }
    if trustsTraces, ConnectionTraces.areAbsent() { return false }
    return try connections.hasEntries()
  }

  private var name: NetworkFile {
    switch self {
    case .services: .services
    case .connections: .connections
    }
  }

  /// How many lines the kernel writes before the first entry.
  private var heading: Int {
    switch self {
    case .services: 3
    case .connections: 1
    }
  }

  func hasEntries() throws(Errno) -> Bool {
    do throws(Errno) {
      return try name.read(atMost: 4096) { text in
        var lines = BufferLines(text)
        for _ in 0..<heading where lines.next() == nil { return nil }
        // A service with its real servers is one record, so it may not fit beside the heading.
        return lines.next() != nil || text.count == 4096 ? true : nil
      }
    } catch .noSuchFileOrDirectory where access("/proc/thread-self/net", F_OK) == 0 {
      return false
    }
  }
}
