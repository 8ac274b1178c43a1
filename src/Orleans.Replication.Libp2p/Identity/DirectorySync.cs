using System.Runtime.InteropServices;

namespace Orleans.Replication.Libp2p.Identity;

/// <summary>Makes a directory's entries durable: without it a new file may be gone after a power loss. The platform has no managed call for it.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The directory could not be opened or synced.</exception>
    internal static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
            return; // NTFS journals its metadata; directories cannot be flushed there.

        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
            throw new IOException($"Cannot open the directory '{directory}' to sync it: error {Marshal.GetLastPInvokeError()}.");
        try
        {
            if (Fsync(descriptor) != 0)
                throw new IOException($"Cannot sync the directory '{directory}': error {Marshal.GetLastPInvokeError()}.");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
