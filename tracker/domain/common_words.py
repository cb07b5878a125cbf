"""Words that passwords are made of when people do not think: collected by hand, folded."""

from __future__ import annotations

_WORDS = """
    a administrator admin administratör adminadmin alexander alice amanda america andreas android
    angel anna anders andersson anthony apple april arsenal asdf ashley augusti august austin
    baby backup bamse banan bananas barcelona baseball basketball batman beautiful bengt berg
    bergen bil blomma blomman blommor blue bob bosse britta brother bubblor buster butterfly
    change changeme changethis charlie cheese chelsea chicago chocolate choklad christian
    christina christmas computer cookie cool cowboy daniel dator data databas david december
    default demo diamond dinosaur djur dolphin donald dragon drake elefant elephant elev elisabeth
    emelie emma england erik eriksson eva evelina facebook familj familjen family fan februari
    february ferrari fiske fjäll flower flowers fotboll football forever freedom fredag friday
    friend friends första gateway george gitarr glass google gud guest guldfisk gäst göteborg
    halloween hallo hallå hammarby handboll hannah harley hej hejhej hejsan heisann hello hemlig
    hemlighet hemligt hockey hund hunden hundar hunter häst hästar hösten höst iloveyou ingenting
    innebandy internet island jackson jag jakob januari january jasmine jennifer jessica jesus jobb
    johan johanna johansson jordan joshua jul julen julgran juli july june juni justin kaffe kalle
    kanin karin karl karlsson katt katten katter kevin killer king kommun kompis kontor kristina
    kärlek känguru lag lagom larsson letmein liverpool lisa logga login logitech lov love lovely
    lovis lucky lunch lösen lösenord losenord losen lördag magnus maj malmö mamma manchester
    manager marcus maria martin master matrix matthew mars march maxwell me merlin michael michelle
    mickey midsommar milan mitt min minecraft mikael mittlösenord monday monkey moon morgon
    moonlight mormor morfar mother motorcykel mummin mustang my mysecret måndag namn naruto natt
    nätverk network new newpass newpassword nicole nikita nilsson ninja nothing november nytt
    nyckel oktober october olle oskar oslo onsdag orange ostkaka pappa paris pass passord
    passphrase passwd password passwort patrick per pepper peter phoenix pizza playboy player please
    pojke pokemon potatis princess prinsessa project purple pw qwerty rainbow ranger red robert
    robin rocky ronaldo root samantha samsung sara sarah scooter secret secure security semester
    september server shadow shadows silver skatt skola skolan skorpion snoopy soccer sol solen
    solsken sommar sommaren sommer sophie spiderman sport spring stad standard starwars startme
    stockholm student summer sun sunday sunflower sunshine superman support svensson sverige sweden
    svamp sverre system söndag taylor teacher temp temporary test tester testing testar thailand
    thomas thunder tiger tigger time tisdag torsdag tomte training trustno trollet tuesday turtle
    twitter universum user username uppsala vatten vacation valkommen velkommen victoria vinter
    vintern vikings vänner vännen vår våren välkommen welcome whatever william windows winner winter
    worcester wednesday yellow yourself you young zaq zxcvbn ändra äpple ängel är år åring öppna
    onetwothree entvåtre abc abcabc abcdef asdfgh asdfasdf qwer qwert qwertz azerty zxcv qaz wsx edc
    ett två tre fyra fem one two three four five six seven eight nine ten i the is and och of to
    du to our we vi det
"""

COMMON = frozenset(_WORDS.split())
