// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage

/// ptrace(2) on x86-64, which the guest's kernel is for.
enum Ptrace {
  // The events of stops.
  static let fork: CInt = 1
  static let vfork: CInt = 2
  static let clone: CInt = 3
  static let exec: CInt = 4

  /// For waitpid(2): all threads that this thread traces, and no other children of this process.
  static let waitOptions: CInt = 0x4000_0000 | 0x2000_0000

  private enum Request {
    static let continueRun = 7
    static let setRegister = 6
    static let registers = 12
    static let detach = 17
    static let continueToCall = 24
    static let message = 0x4201
    static let seize = 0x4206
  }

  /// Stops of calls are marked, new processes and threads are traced, and all of them end with the tracer.
  private static let options: UInt = 1 | 2 | 4 | 8 | 16 | 0x10_0000

  /// The indices in the structure of the registers.
  private enum Register {
    static let result = 10
    static let call = 15
    static let arguments = [14, 13, 12, 7, 9, 8]
    static let count = 27
  }

  /// Begins to trace a process that runs.
  static func seize(_ process: pid_t) throws {
    guard request(Request.seize, process, 0, options) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Lets a stopped thread continue, to its next call if that is wanted, with a signal if that is not 0.
  static func go(_ thread: pid_t, _ signal: CInt, isTracing: Bool) {
    _ = request(isTracing ? Request.continueToCall : Request.continueRun, thread, 0, UInt(signal))
  }

  /// Ends the tracing of a stopped thread.
  static func release(_ thread: pid_t) { _ = request(Request.detach, thread, 0, 0) }

  /// The number of the new process or thread, after an event.
  static func message(_ thread: pid_t) -> pid_t {
    var message: UInt = 0
    _ = withUnsafeMutablePointer(to: &message) { request(Request.message, thread, 0, UInt(bitPattern: $0)) }
    return pid_t(truncatingIfNeeded: message)
  }

  /// The number and the arguments of the call that a thread begins; `nil` if the thread has gone.
  static func registers(_ thread: pid_t) -> (call: Int, arguments: [UInt64])? {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Register.count) { registers in
      guard request(Request.registers, thread, 0, UInt(bitPattern: registers.baseAddress)) == 0 else { return nil }
      return (Int(truncatingIfNeeded: registers[Register.call]), Register.arguments.map { registers[$0] })
    }
  }

  /// Makes the call that a thread begins do nothing.
  static func skipCall(_ thread: pid_t) { set(thread, Register.call, -1) }

  /// Sets the result of a call at its end.
  static func setResult(_ thread: pid_t, _ result: Int) { set(thread, Register.result, result) }

  private static func set(_ thread: pid_t, _ register: Int, _ value: Int) {
    _ = request(Request.setRegister, thread, UInt(register * 8), UInt(bitPattern: value))
  }

  /// A text in the memory of a process.
  static func text(_ process: pid_t, at address: UInt64) -> String {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      // The text may be at the end of a page, and the next page may not exist.
      let count = min(256, 4096 - Int(address & 4095))
      var (here, there) = (
        iovec(iov_base: buffer.baseAddress, iov_len: count),
        iovec(iov_base: UnsafeMutableRawPointer(bitPattern: UInt(address)), iov_len: count)
      )
      guard let readMemory, readMemory(process, &here, 1, &there, 1, 0) == count else { return "" }
      return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  // Swift does not see glibc's declarations of these two.
  private typealias Trace = @convention(c) (CInt, pid_t, UInt, UInt) -> CLong
  private typealias ReadMemory =
    @convention(c) (
      pid_t, UnsafePointer<iovec>, CUnsignedLong, UnsafePointer<iovec>, CUnsignedLong, CUnsignedLong
    ) -> Int
  private static let trace = dlsym(nil, "ptrace").map { unsafeBitCast($0, to: Trace.self) }
  private static let readMemory = dlsym(nil, "process_vm_readv").map { unsafeBitCast($0, to: ReadMemory.self) }

  private static func request(_ request: Int, _ thread: pid_t, _ address: UInt, _ data: UInt) -> Int {
    guard let trace else { return -1 }
    return trace(CInt(request), thread, address, data)
  }
}
