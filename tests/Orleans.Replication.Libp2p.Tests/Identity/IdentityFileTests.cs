using System.Runtime.Versioning;

namespace Orleans.Replication.Libp2p.Tests.Identity;

public sealed class IdentityFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("identity-").FullName;

    private string Key => Path.Combine(_folder, "data", "identity.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_identity_made_at_first_start_is_there_at_the_next()
    {
        using var first = PeerIdentity.LoadOrCreate(Key);
        using var second = PeerIdentity.LoadOrCreate(Key);
        using var loaded = PeerIdentity.Load(Key);

        Assert.Equal(first.PeerId, second.PeerId);
        Assert.Equal(first.PeerId, loaded.PeerId);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Only_its_owner_may_read_and_write_the_file_and_nothing_else_is_left_behind()
    {
        PeerIdentity.LoadOrCreate(Key).Dispose();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
        Assert.Equal([Key], Directory.GetFileSystemEntries(Path.GetDirectoryName(Key)!));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(68)]
    [InlineData(5_000)]
    public void A_damaged_file_is_refused_and_left_as_it_is(int length)
    {
        PeerIdentity.LoadOrCreate(Key).Dispose();
        var damaged = new byte[length];
        File.WriteAllBytes(Key, damaged);

        var error = Assert.Throws<IdentityFileException>(() => PeerIdentity.LoadOrCreate(Key));

        Assert.Equal(Key, error.Path);
        Assert.Equal(damaged, File.ReadAllBytes(Key));
    }

    [Fact]
    public void A_flipped_bit_in_the_key_is_noticed()
    {
        PeerIdentity.LoadOrCreate(Key).Dispose();
        var bytes = File.ReadAllBytes(Key);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x10;
            File.WriteAllBytes(Key, bytes);
            Assert.Throws<IdentityFileException>(() => PeerIdentity.LoadOrCreate(Key));
            bytes[i] ^= 0x10;
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [UnsupportedOSPlatform("windows")]
    public void A_file_that_others_may_use_is_refused_and_left_as_it_is(UnixFileMode others)
    {
        PeerIdentity.LoadOrCreate(Key).Dispose();
        var bytes = File.ReadAllBytes(Key);
        File.SetUnixFileMode(Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        var error = Assert.Throws<IdentityFileException>(() => PeerIdentity.LoadOrCreate(Key));

        Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(Key));
    }

    [Fact]
    public void A_folder_in_the_files_place_is_refused()
    {
        Directory.CreateDirectory(Key);

        Assert.Throws<IdentityFileException>(() => PeerIdentity.LoadOrCreate(Key));
    }

    [Fact]
    public void A_missing_file_is_a_typed_error_where_none_is_to_be_made() => Assert.Throws<IdentityFileException>(() => PeerIdentity.Load(Key));

    [Fact]
    public async Task Of_many_first_starts_at_once_one_makes_the_key_and_all_use_it()
    {
        using var start = new Barrier(16);
        var identities = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return PeerIdentity.LoadOrCreate(Key);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Single(identities.Select(identity => identity.PeerId).Distinct());
        Assert.Equal([Key], Directory.GetFileSystemEntries(Path.GetDirectoryName(Key)!));
        foreach (var identity in identities)
            identity.Dispose();
    }
}
