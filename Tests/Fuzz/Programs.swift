// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

@testable internal import Directors
@testable internal import Doctor
@testable internal import IPVS
@testable internal import Linux
@testable internal import Text

/// The line that ipvsadm prints.
func checkIpvsadmLine(_ bytes: [UInt8]) {
  let text = bytes.text
  guard let timeouts = Timeouts(ipvsadmOutput: text) else { return }
  var buffer = TextBuffer()
  timeouts.appendLine(to: &buffer)
  let line = buffer.withBytes { String(decoding: $0, as: UTF8.self) } + "\n"
  require(Timeouts(ipvsadmOutput: line) == timeouts, "another line")
  require(text.utf8.count { $0 == UInt8(ascii: "\n") } == 1, "several lines")
}

/// A record of a trial.
func checkTrial(_ bytes: [UInt8]) {
  guard let record = TrialRecord(bytes) else { return }
  require(TrialRecord(record.bytes) == record, "another record when it is written and read again")
  require(TrialRecord([UInt8](bytes.dropLast())) == nil, "a record that is cut off")
}

/// kube-proxy's configuration file.
func checkKubeProxy(_ bytes: [UInt8]) {
  guard let configuration = try? KubeProxyConfiguration(bytes) else { return }
  for text in configuration.durations.values { _ = GoDuration.seconds(text) }
  // A comment in front changes nothing.
  guard bytes.first.map({ $0 < 0x80 && $0 != 0 }) == true,
    let other = try? KubeProxyConfiguration([UInt8]("#\n".utf8) + bytes)
  else { return }
  require(other.mode == configuration.mode && other.durations == configuration.durations, "a comment changes it")
}

/// A directory with files, which stands for the root directory of a program.
enum FuzzRoot {
  static let path: FilePath = {
    let (isMade, path) = withTemplate { mkdtemp($0) != nil }
    require(isMade == true, "there is no room in /dev/shm")
    root = strdup(path)
    atexit {
      guard let root = FuzzRoot.root else { return }
      for name in ["a", "b", "c"] { unlink(String(cString: root) + "/" + name) }
      rmdir(root)
    }
    return FilePath(path)
  }()

  /// Safe, because libFuzzer calls from one thread.
  nonisolated(unsafe) private static var root: UnsafeMutablePointer<CChar>?

  /// Writes its files.
  static func write(_ files: [[UInt8]]) -> ProcessFiles {
    for (name, bytes) in zip(["a", "b", "c"], files) {
      let file = open(path.appending(name).string, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      require(file >= 0 && Glibc.write(file, bytes, bytes.count) == bytes.count, "a file cannot be written")
      close(file)
    }
    return ProcessFiles(root: path, directory: "/", until: .now + .seconds(20))
  }
}

/// keepalived's configuration, of up to three files `a`, `b` and `c`, with NUL NUL between them.
func checkKeepalived(_ bytes: [UInt8]) {
  var files: [[UInt8]] = [[]]
  var rest = bytes[...]
  while let byte = rest.popFirst() {
    if byte == 0, rest.first == 0, files.count < 3 {
      rest = rest.dropFirst()
      files.append([])
    } else {
      files[files.count - 1].append(byte)
    }
  }
  files += Array(repeating: [], count: 3 - files.count)
  let plan = keepalivedPlan(files)
  check(plan)
  switch plan {
  case .unknown, .refused: break
  case .nothing, .writes, .idle:
    // What was understood means the same with a comment in front.
    files[0] = [UInt8]("# x\n".utf8) + files[0]
    require(keepalivedPlan(files) == plan, "a comment changes it")
  }
}

private func keepalivedPlan(_ files: [[UInt8]]) -> TimeoutWriter.Plan {
  WriterReading.keepalived(["-f", "/a"], FuzzRoot.write(files), hostName: "director").plan
}

/// A pattern of files with braces.
func checkGlob(_ bytes: [UInt8]) {
  let files = FuzzRoot.write([[], [], []])
  guard let found = try? files.matches(of: "/" + bytes.text) else { return }
  for path in found { require(path.utf8.allSatisfy { $0 != 0 } || true, path) }
  require(found.count <= 10_000, "more files than may be found")
}

/// The other files in `/proc`.
func checkProc(_ bytes: [UInt8]) {
  let text = bytes.text
  _ = LockHolder.process(of: 0x1a, inode: 5678, in: bytes)
  _ = KernelCounters(text, sockets: text).timeWaitOverflow
  if let first = KernelSettings.whole(text) {
    require(!first.utf8.contains(UInt8(ascii: "\n")) && !first.isEmpty, "several lines")
  }
  let ports = EphemeralPorts(range: text, reserved: text)
  require(ports.count <= ports.range.count, "more ports than in the range")
  _ = KernelRelease(text)
  let saved = SavedRules.timeouts(in: text)
  require(saved.names.isEmpty || text.contains("--set"), "timeouts that nobody sets")
  if let state = ProcessState(text, of: 1) { require(state.number == 1, "another process") }
  _ = ProcessState.start(in: text)
  if HostProcess.isOfRoot(status: text) { require(text.contains("Uid:"), "root without a user") }
}
