// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

@testable import Linux

/// The resources that a trial needs.
///
/// Each test that lowers a limit runs in a separate process.
@Suite struct ResourceShortageTests {
  @Test func `there is no shortage here, and nothing stays open`() throws {
    let before = try FileReader.names(in: "/proc/self/fd").count
    for isForProgram in [false, true] {
      #expect(ResourceShortage.find(recordSize: 1000, forProgram: isForProgram) == nil)
    }
    // Other tests open files at the same time.
    #expect(try FileReader.names(in: "/proc/self/fd").count < before + 64)
  }

  @Test func `too few files are a shortage`() async {
    await #expect(processExitsWith: .success) {
      limit(RLIMIT_NOFILE, to: 10)
      #expect(ResourceShortage.find(recordSize: 1, forProgram: false) == .files(.tooManyOpenFiles))
    }
  }

  @Test(.withoutSanitizer) func `too little memory is a shortage`() async {
    await #expect(processExitsWith: .success) {
      limit(RLIMIT_AS, to: 1 << 20)
      #expect(ResourceShortage.find(recordSize: 1, forProgram: false) == .memory(.noMemory))
      limit(RLIMIT_AS, to: .max)
      #expect(ResourceShortage.find(recordSize: 1, forProgram: false) == nil)
    }
  }

  /// Otherwise it would look like a limit of processes.
  @Test(.withoutSanitizer) func `too little memory for the stacks of threads is a shortage of memory`() async {
    await #expect(processExitsWith: .success) {
      // 16 MiB and two stacks fit into the rest, and ten do not.
      let used = try pagesInUse() * rlim_t(sysconf(CInt(_SC_PAGESIZE)))
      limit(RLIMIT_AS, to: used + (60 << 20))
      #expect(ResourceShortage.find(recordSize: 1, forProgram: false) == nil)
      #expect(ResourceShortage.find(recordSize: 1, forProgram: true) == .memory(.noMemory))
      #expect(ResourceShortage.ofMemoryForProgram() == .memory(.noMemory))
      // A thread may get the stack of one that has ended, so none is created.
      #expect(ThreadStack.cause(of: EAGAIN) == .resourceTemporarilyUnavailable)
      limit(RLIMIT_AS, to: used)
      #expect(ThreadStack.cause(of: EAGAIN) == .noMemory)
      #expect(ThreadStack.cause(of: EPERM) == .notPermitted)
    }
  }

  @Test func `files that may not be long enough are a shortage`() async {
    await #expect(processExitsWith: .success) {
      limit(RLIMIT_FSIZE, to: 99)
      #expect(ResourceShortage.find(recordSize: 100, forProgram: false) == .fileSize(99, needed: 100))
      #expect(ResourceShortage.find(recordSize: 99, forProgram: false) == nil)
    }
  }

  @Test(
    arguments: [
      (
        .processes(.resourceTemporarilyUnavailable),
        "no process can be started (Resource temporarily unavailable, errno 11); raise the limit (`ulimit -u`, TasksMax="
          + " of the unit, pids.max of the control group), then try again"
      ),
      (
        .files(.tooManyOpenFiles),
        "too few files can be opened (Too many open files, errno 24); raise the limit (`ulimit -n`), then try again"
      ),
      (
        .memory(.noMemory),
        "there is too little memory (Cannot allocate memory, errno 12); raise the limit (`ulimit -v`) or free some, then"
          + " try again"
      ),
      (
        .fileSize(0, needed: 7),
        "a file may have at most 0 bytes, and the record of a trial may need 7; raise the limit (`ulimit -f`), then try"
          + " again"
      ),
    ] as [(ResourceShortage, String)])
  func `a shortage has a sentence`(shortage: ResourceShortage, sentence: String) {
    #expect(shortage.description == sentence)
  }
}

/// How many pages of memory this process has mapped.
private func pagesInUse() throws -> rlim_t {
  let text = try FileReader.kernelText(of: "/proc/self/statm")
  return try #require(text.split(separator: " ").first.flatMap { rlim_t($0) })
}

/// Lowers a limit of this process.
private func limit(_ resource: __rlimit_resource, to count: rlim_t) {
  var limits = rlimit()
  getrlimit(__rlimit_resource_t(resource.rawValue), &limits)
  limits.rlim_cur = min(count, limits.rlim_max)
  setrlimit(__rlimit_resource_t(resource.rawValue), &limits)
}

extension Trait where Self == ConditionTrait {
  /// A sanitizer reserves terabytes of addresses, and cannot work with less.
  fileprivate static var withoutSanitizer: Self { .enabled(if: getenv("IPVS_TIMEOUT_SANITIZED") == nil) }
}
