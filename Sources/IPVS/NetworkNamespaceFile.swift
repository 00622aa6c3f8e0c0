// SPDX-License-Identifier: Apache-2.0

internal import Namespaces
internal import SystemPackage

/// How the files are opened in which the kernel lists what IPVS has in one network namespace.
extension NetworkNamespace {
  /// Does something on a thread that is in it; where that is the caller's own namespace, nothing is entered.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  func visited<Value: Sendable>(
    for operation: IPVSError.Operation, _ body: @escaping @Sendable () -> Value
  ) throws(IPVSError) -> Value {
    do throws(NamespaceError) {
      return self == .current ? body() : try NamespaceVisit.one(files, body)
    } catch {
      throw IPVSError(error, during: operation, in: self)
    }
  }

  /// The descriptor of such a file, which is there where ip_vs is loaded.
  ///
  /// - Throws: ``IPVSError``, when the file was not opened.
  func file(_ opened: Result<CInt, Errno>, for operation: IPVSError.Operation) throws(IPVSError) -> CInt {
    do throws(Errno) {
      return try opened.get()
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
