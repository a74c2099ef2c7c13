# A writer and reader of tickets as Perl sites have them: joins without escaping, signs and
# verifies with the openssl command, percent-encodes each byte but letters, digits and -_.~
#
#   perl ticket.pl write PRIVATE_KEY DIGEST < fields.json > cookie-value
#   perl ticket.pl read  PUBLIC_KEY  DIGEST < cookie-value > fields.json   (exit code 1: refused)
use strict;
use warnings;
use File::Temp qw(tempfile);
use IPC::Open2 qw(open2);
use JSON::PP qw();
use MIME::Base64 qw(encode_base64 decode_base64);

# In the order in which Perl sites write them; a hash has none.
my @names = qw(uid cip validuntil graceperiod multifactor bauth tokens udata);

sub openssl {
    my ($input, @arguments) = @_;
    my $pid = open2(my $out, my $in, 'openssl', @arguments);
    binmode $_ for $out, $in;
    print {$in} $input;
    close $in;
    local $/;
    my $output = <$out>;
    waitpid $pid, 0;
    return ($? >> 8, $output);
}

sub write_ticket {
    my ($fields, $key_file, $digest) = @_;
    my $payload = join ';', map { "$_=$fields->{$_}" } grep { exists $fields->{$_} } @names;
    my ($status, $signature) = openssl($payload, 'dgst', "-$digest", '-sign', $key_file);
    die "openssl ended with $status\n" if $status != 0;
    my $ticket = "$payload;sig=" . encode_base64($signature, '');
    $ticket =~ s/([^A-Za-z0-9\-_.~])/sprintf '%%%02X', ord $1/ge;
    return $ticket;
}

sub read_ticket {
    my ($ticket, $key_file, $digest) = @_;
    $ticket =~ tr/+/ /;
    $ticket =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    my ($payload, $signature) = $ticket =~ /^(.*?);sig=(.*)$/s or return;
    my ($file, $name) = tempfile(UNLINK => 1);
    binmode $file;
    print {$file} decode_base64($signature);
    close $file;
    my ($status) =
        openssl($payload, 'dgst', "-$digest", '-verify', $key_file, '-signature', $name);
    return if $status != 0;
    return { map { split /=/, $_, 2 } split /;/, $payload };
}

binmode $_ for *STDIN, *STDOUT;
my ($action, $key_file, $digest) = @ARGV;
my $input = do { local $/; <STDIN> };
# Strings stay bytes from end to end, as they are in a cookie.
my $json = JSON::PP->new->canonical;
if ($action eq 'write') {
    my $fields = $json->utf8->decode($input);
    utf8::encode($_) for values %$fields;
    print write_ticket($fields, $key_file, $digest);
}
else {
    my $fields = read_ticket($input, $key_file, $digest) or exit 1;
    utf8::decode($_) for values %$fields;
    print $json->utf8->encode($fields);
}
