using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Surface;

/// <summary>The tool that scripts call before the first start.</summary>
public sealed class KeygenTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orleans-replication-keygen-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_run_prints_the_same_peer_id_alone_on_its_line()
    {
        var data = Path.Combine(_folder.FullName, "silo");
        var first = await Keygen.RunAsync(data, Cancelled);
        Assert.Matches("^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$", first);
        Assert.Equal(first, await Keygen.RunAsync(data, Cancelled));
    }

    [Fact]
    public async Task A_damaged_key_is_an_error_and_stays_as_it_is()
    {
        var key = Path.Combine(_folder.FullName, "identity.key");
        await File.WriteAllTextAsync(key, "no key", Cancelled);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Keygen.RunAsync(_folder.FullName, Cancelled));
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Equal("no key", await File.ReadAllTextAsync(key, Cancelled));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
