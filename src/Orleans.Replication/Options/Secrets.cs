namespace Orleans.Configuration;

/// <summary>What a token that others have to say must be like.</summary>
internal static class Secrets
{
    private const int MinChars = 16;
    private const int MaxChars = 1024;

    /// <summary>True for none, and for one that can be used.</summary>
    public static bool IsGood(string? token) => token is null or { Length: >= MinChars and <= MaxChars };

    /// <summary>What is wrong with one that cannot, and what to write.</summary>
    public static string Problem(string? token) =>
        $"has {token?.Length ?? 0} characters. Write {MinChars} to {MaxChars} that cannot be guessed, for example from 'openssl rand -hex 32'.";
}
