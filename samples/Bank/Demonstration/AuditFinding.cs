namespace Bank.Demonstration;

/// <summary>One thing the audit has checked.</summary>
internal sealed record AuditFinding(string Question, string Evidence, bool Holds);
