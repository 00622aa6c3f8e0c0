// SPDX-License-Identifier: Apache-2.0

import Linux
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Who could change a program before root runs it.
///
/// This needs root.
@Suite struct FileTrustTests {
  @Test(arguments: ["/bin/sh", "/usr/bin/../bin/sh", "/usr/./bin/sh"])
  func `a program of the system is changed by root only`(path: String) {
    #expect(FilePath(path).writableByOthers == nil)
  }

  @Test(
    arguments: [
      // The usual modes.
      ("cp /bin/true x", "x", nil),
      ("cp /bin/true x && chmod 775 x", "x", nil),
      ("mkdir -p -m 700 a/b && cp /bin/true a/b/x", "a/b/x", nil),
      ("cp /bin/true x && ln -s x link && ln -s link again", "again", nil),
      ("mkdir a && ln -s ../x a/link && cp /bin/true x", "a/link", nil),
      ("ln -s /bin/sh link", "link", nil),
      // The program.
      ("cp /bin/true x && chmod 757 x", "x", "x"),
      ("cp /bin/true x && chown 65534 x", "x", "x"),
      ("cp /bin/true x && chgrp 65534 x && chmod 775 x", "x", "x"),
      // A directory.
      ("mkdir -m 777 a && cp /bin/true a/x", "a/x", "a"),
      ("mkdir -p a/b && cp /bin/true a/b/x && chmod 777 a", "a/b/x", "a"),
      ("mkdir -p a/b && cp /bin/true a/b/x && chown 65534 a", "a/b/x", "a"),
      ("mkdir -p a/b && cp /bin/true a/b/x && chgrp 65534 a && chmod 775 a", "a/b/x", "a"),
      // A directory as /tmp is.
      ("mkdir -m 1777 a && cp /bin/true a/x", "a/x", "a"),
      ("mkdir -m 1777 a && mkdir a/b && cp /bin/true a/b/x", "a/b/x", nil),
      ("mkdir -m 1777 a && mkdir a/b && cp /bin/true a/b/x && chown 65534 a/b", "a/b/x", "a/b"),
      ("mkdir -m 1777 a && mkdir a/b && cp /bin/true a/b/x && chown 65534 a", "a/b/x", "a"),
      ("mkdir -m 1777 a && ln -s /bin/sh a/link", "a/link", "a"),
      // A link.
      ("mkdir a && cp /bin/true a/x && chmod 777 a && ln -s a/x link", "link", "a"),
      ("mkdir -m 777 a && ln -s /bin/sh a/link", "a/link", "a"),
      ("mkdir -m 777 a && ln -s a/../x link && cp /bin/true x", "link", "a"),
      ("ln -s /bin/sh link && chown -h 65534 link", "link", "link"),
      ("ln -s link link", "link", "link"),
      // Nothing.
      ("true", "x", "x"),
      ("cp /bin/true x", "x/y", "x/y"),
      ("ln -s nowhere link", "link", "nowhere"),
    ] as [(String, String, String?)])
  func `others decide by the file that is found`(script: String, path: String, found: String?) async throws {
    try await withTemporaryDirectory { directory in
      let record = try await Subprocess.run(
        .path("/bin/sh"), arguments: ["-c", "umask 022; cd \"$0\" && \(script)", directory.string],
        output: .discarded)
      try #require(record.terminationStatus == .exited(0))
      #expect(directory.appending(path).writableByOthers == found.map { directory.appending($0) })
    }
  }
}
