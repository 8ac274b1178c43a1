using System.Security.Cryptography;

namespace Orleans.Replication.Libp2p.Identity;

/// <summary>
/// The file that keeps a peer's private key. It appears whole or not at all: the key is written and synced under another name, and linked to its
/// own name only where there is none, so a crash or a second process can neither leave half a key nor replace one.
/// </summary>
internal static class IdentityFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersMask =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The private key protobuf has 68 bytes, 100 in the old form.</summary>
    private const int MaxFileBytes = 1_024;

    internal static PeerIdentity LoadOrCreate(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Path.Exists(path))
            Create(path);
        return Load(path);
    }

    internal static PeerIdentity Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[]? bytes = null;
        try
        {
            bytes = Read(path);
            return PeerIdentity.TryParse(bytes, out var identity)
                ? identity
                : throw new IdentityFileException(path, "is damaged or holds no Ed25519 key. Restore it from a backup, or name another file.");
        }
        catch (Exception error) when (error is UnauthorizedAccessException or (IOException and not IdentityFileException))
        {
            throw new IdentityFileException(path, $"cannot be read: {error.Message}", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static byte[] Read(string path)
    {
        using var handle = File.OpenHandle(path);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & OthersMask) != 0)
            throw new IdentityFileException(path, "can be read or written by others than its owner. Check who had it, then run: chmod 600.");

        var length = RandomAccess.GetLength(handle);
        if (length > MaxFileBytes)
            throw new IdentityFileException(path, $"has {length} bytes, too many for a private key. Name another file.");

        var bytes = new byte[length];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(read), read) is > 0 and var count)
            read += count;
        return read == bytes.Length ? bytes : throw new IdentityFileException(path, "became shorter while it was read.");
    }

    private static void Create(string path)
    {
        var full = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(full)!;
        var temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            CreateDirectory(directory);
            Write(temporary);
            Publish(temporary, full);
            FileSystemCalls.FlushDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IdentityFileException(path, $"cannot be created: {error.Message}", error);
        }
        finally
        {
            if (Directory.Exists(directory))
                File.Delete(temporary);
        }
    }

    /// <summary>Makes a folder and those it is in, each with its name on disk.</summary>
    private static void CreateDirectory(string directory)
    {
        if (Directory.Exists(directory) || Path.GetDirectoryName(directory) is not { } parent)
            return;

        CreateDirectory(parent);
        Directory.CreateDirectory(directory);
        FileSystemCalls.FlushDirectory(parent);
    }

    /// <summary>Gives the finished key its name, unless another process was first: its key counts then.</summary>
    private static void Publish(string temporary, string full)
    {
        if (FileSystemCalls.TryLink(temporary, full) is not null)
            return;

        try
        {
            Write(full); // Without hard links the name is claimed first and filled then: still never a replaced key.
        }
        catch (IOException) when (Path.Exists(full))
        {
            // Another process was first.
        }
    }

    private static void Write(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;

        using var identity = PeerIdentity.Generate();
        var bytes = identity.ToProtobuf();
        try
        {
            using var file = new FileStream(path, options);
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
