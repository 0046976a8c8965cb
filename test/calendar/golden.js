// golden.js: prints what chinese-days says of every day of 2010 to 2026.
//
// One line a year: the year and one digit a day, 1 for a working day.  The
// arithmetic of the package is compared with counting along these digits, for
// every day and n from -30 to 30, so that a test which counts along them
// stands for the package.
'use strict';

const FIRST = 2010;
const LAST = 2026;
const MAX_N = 30;

if (process.env.TZ !== 'Asia/Shanghai')
	throw new Error('run with TZ=Asia/Shanghai: the package reckons in local time');

const { isWorkday, findWorkday } = require('chinese-days');

function text(date)
{
	return date.toISOString().slice(0, 10);
}

const days = [];
for (let t = Date.UTC(FIRST, 0, 1); t <= Date.UTC(LAST, 11, 31); t += 86400000)
{
	const day = text(new Date(t));
	days.push({ day, works: isWorkday(day) });
}

// the n-th working day from days[i], undefined beyond the ends
function count(i, n)
{
	const step = n < 0 ? -1 : 1;
	if (n === 0)
	{
		while (i < days.length && !days[i].works)
			i++;
		return days[i];
	}
	for (let left = Math.abs(n); left > 0;)
	{
		i += step;
		if (!days[i])
			return undefined;
		if (days[i].works)
			left--;
	}
	return days[i];
}

let compared = 0;
for (let i = 0; i < days.length; i++)
	for (let n = -MAX_N; n <= MAX_N; n++)
	{
		const expected = count(i, n);
		if (!expected)
			continue;
		const found = findWorkday(n, days[i].day);
		if (found !== expected.day)
			throw new Error(`${days[i].day} ${n}: ${found}, counted ${expected.day}`);
		compared++;
	}
process.stderr.write(`${compared} results of findWorkday equal counting\n`);

console.log('year,days');
for (let year = FIRST; year <= LAST; year++)
	console.log(`${year},${days.filter(d => d.day.startsWith(year + '-'))
		.map(d => (d.works ? '1' : '0')).join('')}`);
